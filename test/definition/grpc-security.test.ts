import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { status } from '@grpc/grpc-js';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { SeenRequest } from '../../src/definition/development-server.ts';
import { openSource } from '../../src/definition/open-source.ts';
import { readToken, tokenReader } from '../../src/definition/token.ts';
import { asDefinition, asProblem, opened, quick, root, wanted, withServer } from './with-server.ts';

const test = suite('definition/grpc-security');
const token = 'secret-Tok3n.with+every/thing=';
const folder = 'test/definition/tls';
const pem = (name: string) => readFileSync(`${root}${folder}/${name}`);
const serverTls = { cert: pem('server.pem'), key: pem('server-key.pem') };
const caFile = `${folder}/ca.pem`;
const clientFiles = { certFile: `${folder}/client.pem`, keyFile: `${folder}/client-key.pem` };

test('TLS with the right CA', () =>
  withServer({ tls: serverTls }, { tls: { caFile } }, async ({ source, server }) => {
    assert.match(server.address, /^grpcs:/);
    assert.is(asDefinition(await source.read(wanted)).version, 2);
  }));

test('TLS with another CA, or none: unreachable, and says why', async () => {
  for (const tls of [{ caFile: `${folder}/other-ca.pem` }, {}]) {
    await withServer({ tls: serverTls }, { tls }, async ({ source, server }) => {
      const { reason, message } = asProblem(await source.read(wanted));
      assert.is(reason, 'SourceUnreachable');
      assert.match(message, /certificate/);
      assert.is(server.requests(), 0);
    });
  }
});

test('the name in the certificate counts, and can be set', () =>
  withServer({ tls: serverTls }, { tls: { caFile, serverName: 'transformation.test' } }, async ({ source, server }) => {
    assert.is(asDefinition(await source.read(wanted)).version, 2);
    const other = await opened({ url: server.address, baseDir: root, ...quick, tls: { caFile, serverName: 'other.test' } });
    const { reason, message } = asProblem(await other.read(wanted));
    other.close();
    assert.is(reason, 'SourceUnreachable');
    assert.match(message, 'other.test');
  }));

test('an address counts like a name, without a warning', async () => {
  const warnings: string[] = [];
  const onWarning = ({ message }: Error) => warnings.push(message);
  process.on('warning', onWarning);
  // 127.0.0.2 is loopback too, but is not in the certificate.
  await withServer({ tls: serverTls, host: '127.0.0.2' }, { tls: { caFile } }, async ({ source, server }) => {
    const { reason, message } = asProblem(await source.read(wanted));
    assert.is(reason, 'SourceUnreachable');
    assert.match(message, '127.0.0.2');
    assert.match(message, /altname/i);
    assert.is(server.requests(), 0);
  });
  await withServer({ tls: serverTls }, { tls: { caFile } }, async ({ server }) => {
    const source = await opened({ url: server.address.replace('127.0.0.1', 'localhost'), baseDir: root, ...quick, tls: { caFile } });
    assert.is(asDefinition(await source.read(wanted)).version, 2);
    source.close();
  });
  process.off('warning', onWarning);
  assert.equal(warnings, []);
});

test('a client certificate is shown where the server demands one', async () => {
  const tls = { ...serverTls, clientCa: pem('ca.pem') };
  await withServer({ tls }, { tls: { caFile, ...clientFiles } }, async ({ source }) => {
    assert.is(asDefinition(await source.read(wanted)).version, 2);
  });
  await withServer({ tls }, { tls: { caFile } }, async ({ source, server }) => {
    assert.is(asProblem(await source.read(wanted)).reason, 'SourceUnreachable');
    assert.is(server.requests(), 0);
  });
});

test('plain against TLS, and TLS against plain: a finding in time', async () => {
  await withServer({ tls: serverTls }, { deadlineMs: 500 }, async ({ server }) => {
    await expectFailure(server.address.replace('grpcs:', 'grpc:'));
  });
  await withServer({}, {}, async ({ server }) => {
    await expectFailure(server.address.replace('grpc:', 'grpcs:'));
  });
});

async function expectFailure(url: string): Promise<void> {
  const source = await opened({ url, baseDir: root, ...quick, deadlineMs: 500 });
  const { reason } = asProblem(await source.read(wanted));
  source.close();
  assert.ok(['SourceUnreachable', 'SourceTimedOut'].includes(reason), reason);
}

test('TLS files that are no PEM are refused', async () => {
  for (const [file, tls] of Object.entries({
    key: { caFile, certFile: clientFiles.certFile, keyFile: `${folder}/README.md` },
    certificate: { caFile, certFile: `${folder}/README.md`, keyFile: clientFiles.keyFile },
  })) {
    await withServer({ tls: serverTls }, { tls }, async ({ source }) => {
      assert.is(asProblem(await source.read(wanted)).reason, 'SourceInvalid', file);
    });
  }
});

test('the token arrives, trimmed', async () => {
  const seen: SeenRequest[] = [];
  await withServer({ token, onRequest: (request) => seen.push(request) }, { readToken: () => `${token}\n` }, async ({ source }) => {
    assert.is(asDefinition(await source.read(wanted)).version, 2);
    assert.is(seen[0]?.metadata('authorization'), `Bearer ${token}`);
  });
});

test('no token, or a wrong one: unauthorized, asked once', async () => {
  for (const asking of [{}, { readToken: () => 'wrong-token' }]) {
    await withServer({ token }, asking, async ({ source, server }) => {
      const { reason, message } = asProblem(await source.read(wanted));
      assert.is(reason, 'SourceUnauthorized');
      assert.not.match(message, 'wrong-token');
      assert.is(server.requests(), 1);
    });
  }
});

test('a rotated token counts at once', async () => {
  let current = 'old';
  await withServer({ token }, { readToken: () => current }, async ({ source }) => {
    assert.is(asProblem(await source.read(wanted)).reason, 'SourceUnauthorized');
    current = token;
    assert.is(asDefinition(await source.read(wanted)).version, 2);
  });
});

test('a server that repeats the token does not get it into a message', async () => {
  const failing = { code: status.PERMISSION_DENIED, details: `no such token: Bearer ${token} (${token})` };
  await withServer({ faults: { failing } }, { readToken: () => token }, async ({ source }) => {
    const problem = asProblem(await source.read(wanted));
    assert.is(problem.reason, 'SourceUnauthorized');
    assert.not.match(JSON.stringify(problem), token);
    assert.match(problem.message, 'no such token: Bearer … (…)');
  });
});

test('a token does not travel to another machine unencrypted, unless that is allowed', async () => {
  const options = { baseDir: root, ...quick, attempts: 1, deadlineMs: 200, readToken: () => token };
  for (const host of ['transformation.invalid', '10.0.0.1', '127.0.0.1.example.invalid', 'localhost.example.invalid']) {
    const source = await opened({ ...options, url: `grpc://${host}:50051` });
    const { reason, message } = asProblem(await source.read(wanted));
    source.close();
    assert.is(reason, 'SourceInvalid', host);
    assert.match(message, 'unencrypted');
    assert.not.match(message, token);
  }
  const source = await opened({ ...options, url: 'grpc://transformation.invalid:50051', allowInsecureToken: true });
  assert.is(asProblem(await source.read(wanted)).reason, 'SourceUnreachable');
  source.close();
});

test('a template may not lead the token elsewhere', async () => {
  const source = await opened({ url: 'grpc://{namespace}:50051', baseDir: root, ...quick, readToken: () => token });
  assert.match(asProblem(await source.read({ ...wanted, namespace: 'elsewhere' })).message, 'unencrypted');
  source.close();
});

test('the token is read from a variable or a file', () => {
  const dir = mkdtempSync(join(tmpdir(), 'ameide-token-'));
  try {
    writeFileSync(join(dir, 'token'), `${token}\n`);
    assert.equal(readToken(tokenReader({ file: join(dir, 'token') }, {})!), { token });
    assert.equal(readToken(tokenReader({ env: 'TOKEN' }, { TOKEN: token })!), { token });
    assert.is(tokenReader({}, {}), undefined);
    for (const place of [{ file: join(dir, 'absent') }, { env: 'ABSENT' }]) {
      const outcome = readToken(tokenReader(place, {})!);
      assert.ok('reason' in outcome && outcome.reason === 'SourceUnauthorized');
      assert.match(outcome.message, /absent/i);
    }
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});

test('a token that no header can carry is refused, without a word of it', async () => {
  for (const bad of ['', ' \n', 'two words', 'two\nlines', 'größe', 'nul\0']) {
    await withServer({}, { readToken: () => bad }, async ({ source, server }) => {
      const { reason, message } = asProblem(await source.read(wanted));
      assert.is(reason, 'SourceUnauthorized');
      if (bad.trim()) assert.not.match(message, bad);
      assert.is(server.requests(), 0);
    });
  }
});

test('an address with a password is refused without repeating it', async () => {
  for (const url of ['grpc://user:hunter2@127.0.0.1:1', 'grpcs://hunter2@h:1', 'https://user:hunter2@h/', 'grpc://h:1?token=hunter2']) {
    const { reason, message } = asProblem(await openSource({ url, baseDir: root }));
    assert.is(reason, 'SourceInvalid');
    assert.not.match(message, 'hunter2');
  }
});

test.run();
