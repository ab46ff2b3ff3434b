import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { status } from '@grpc/grpc-js';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { checksumOf, definitionLimit } from '../../src/definition/check.ts';
import type { AnswerFault } from '../../src/definition/development-faults.ts';
import type { SeenRequest } from '../../src/definition/development-server.ts';
import type { Reason } from '../../src/problem.ts';
import { asDefinition, asProblem, examples, opened, quick, root, wanted, withServer } from './with-server.ts';

const test = suite('definition/grpc');

test('gives the bytes of the folder', () =>
  withServer({}, {}, async ({ source, server }) => {
    const text = readFileSync(`${examples}/t123/L2O_v3/2.json`, 'utf8');
    assert.equal(await source.read(wanted), { ...wanted, checksum: checksumOf(text), text });
    assert.is(asDefinition(await source.read({ id: 'L2O_v3', tenantId: 't123' })).version, 3);
    assert.is(server.requests(), 2);
  }));

const faults: readonly [fault: AnswerFault, reason: Reason, found: RegExp][] = [
  ['garbage', 'SourceAnswerInvalid', /parsing error/],
  ['wrong-id', 'SourceAnswerInvalid', /id "L2O_v3_other"/],
  ['wrong-tenant', 'SourceAnswerInvalid', /tenant "t123_other"/],
  ['wrong-version', 'SourceAnswerInvalid', /version 3/],
  ['huge-version', 'SourceAnswerInvalid', /9007199254740992/],
  ['wrong-checksum', 'ChecksumMismatch', /sha256:/],
  ['no-checksum', 'SourceAnswerInvalid', /without a checksum/],
  ['not-utf8', 'DefinitionInvalid', /UTF-8/],
  ['not-json', 'DefinitionInvalid', /not JSON/],
  ['array', 'DefinitionInvalid', /array/],
];

for (const [fault, reason, found] of faults) {
  test(`a server that answers ${fault}: ${reason}, asked once`, () =>
    withServer({ faults: { answer: fault } }, {}, async ({ source, server }) => {
      const problem = asProblem(await source.read(wanted));
      assert.is(problem.reason, reason);
      assert.match(problem.message, found);
      assert.match(problem.message, server.address);
      assert.is(server.requests(), 1);
    }));
}

test('40 MB: too large, with both sizes', () =>
  withServer({ faults: { answer: 'huge' } }, { deadlineMs: 20_000 }, async ({ source, server }) => {
    const { reason, message } = asProblem(await source.read(wanted));
    assert.is(reason, 'DefinitionTooLarge');
    assert.match(message, '40000014');
    assert.match(message, String(definitionLimit));
    assert.is(server.requests(), 1);
  }));

test('more than is received at all: too large, asked once', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'ameide-grpc-'));
  try {
    mkdirSync(join(dir, 't123/L2O_v3'), { recursive: true });
    writeFileSync(join(dir, 't123/L2O_v3/2.json'), Buffer.alloc(70_000_000, ' '));
    await withServer({ dir }, { deadlineMs: 20_000 }, async ({ source, server }) => {
      const { reason, message } = asProblem(await source.read(wanted));
      assert.is(reason, 'DefinitionTooLarge', message);
      assert.is(server.requests(), 1);
    });
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});

test('a mutating server gives other bytes with their checksum', () =>
  withServer({ faults: { answer: 'mutated' } }, {}, async ({ source }) => {
    const { text, checksum } = asDefinition(await source.read(wanted));
    const honest = readFileSync(`${examples}/t123/L2O_v3/2.json`, 'utf8');
    assert.is.not(text, honest);
    assert.is(checksum, checksumOf(text));
  }));

const statuses: readonly [code: status, reason: Reason, attempts: number][] = [
  [status.UNAVAILABLE, 'SourceUnreachable', 3],
  [status.DEADLINE_EXCEEDED, 'SourceTimedOut', 3],
  [status.ABORTED, 'SourceUnreachable', 3],
  [status.RESOURCE_EXHAUSTED, 'SourceUnreachable', 3],
  [status.NOT_FOUND, 'DefinitionNotFound', 1],
  [status.INVALID_ARGUMENT, 'DefinitionNotFound', 1],
  [status.OUT_OF_RANGE, 'DefinitionNotFound', 1],
  [status.UNAUTHENTICATED, 'SourceUnauthorized', 1],
  [status.PERMISSION_DENIED, 'SourceUnauthorized', 1],
  [status.FAILED_PRECONDITION, 'SourceAnswerInvalid', 1],
  [status.UNIMPLEMENTED, 'SourceAnswerInvalid', 1],
  [status.INTERNAL, 'SourceAnswerInvalid', 1],
  [status.UNKNOWN, 'SourceAnswerInvalid', 1],
  [status.DATA_LOSS, 'SourceAnswerInvalid', 1],
  [status.CANCELLED, 'SourceUnreachable', 1],
];

for (const [code, reason, attempts] of statuses) {
  test(`${status[code]}: ${reason} after ${attempts}`, () =>
    withServer({ faults: { failing: { code, details: 'so it is.' } } }, {}, async ({ source, server }) => {
      const problem = asProblem(await source.read(wanted));
      assert.is(problem.reason, reason);
      assert.is(server.requests(), attempts);
      const tried = attempts === 1 ? '(1 attempt)' : `(${attempts} attempts)`;
      for (const part of [server.address, 'version 2 of "L2O_v3" of tenant "t123"', tried, status[code]!, '(so it is).']) {
        assert.ok(problem.message.includes(part), `${part} in: ${problem.message}`);
      }
    }));
}

test('a server that recovers is asked until it answers', () =>
  withServer({ faults: { failing: { code: status.UNAVAILABLE, calls: 2 } } }, {}, async ({ source, server }) => {
    assert.is(asDefinition(await source.read(wanted)).version, 2);
    assert.is(server.requests(), 3);
  }));

test('the attempts are a setting', () =>
  withServer({ faults: { failing: { code: status.UNAVAILABLE } } }, { attempts: 1 }, async ({ source, server }) => {
    asProblem(await source.read(wanted));
    assert.is(server.requests(), 1);
  }));

test('the pause doubles, with jitter', () =>
  withServer({ faults: { failing: { code: status.UNAVAILABLE } } }, { backoffMs: 100 }, async ({ source }) => {
    const { elapsed } = await timed(() => source.read(wanted));
    // 100 and 200 ms, each ± 20 %.
    assert.ok(elapsed >= 235 && elapsed < 1_500, `${elapsed} ms`);
  }));

test('a slow server: timed out, within the deadlines', () =>
  withServer({ faults: { slowMs: 60_000 } }, { deadlineMs: 150 }, async ({ source, server }) => {
    const { outcome, elapsed } = await timed(() => source.read(wanted));
    assert.is(asProblem(outcome).reason, 'SourceTimedOut');
    assert.is(server.requests(), 3);
    assert.ok(elapsed >= 440 && elapsed < 2_500, `${elapsed} ms`);
  }));

test('a server that is late but within the deadline is waited for', () =>
  withServer({ faults: { slowMs: 200 } }, {}, async ({ source, server }) => {
    assert.is(asDefinition(await source.read(wanted)).version, 2);
    assert.is(server.requests(), 1);
  }));

test('what is absent names what is there, as the server says it', () =>
  withServer({}, {}, async ({ source }) => {
    const { reason, message } = asProblem(await source.read({ ...wanted, version: 9 }));
    assert.is(reason, 'DefinitionNotFound');
    assert.match(message, 'Versions there: 1, 2, 3');
  }));

test('nobody listens: unreachable', async () => {
  const { port, server } = await listen(createServer());
  server.close();
  await withSource(`grpc://127.0.0.1:${port}`, async (source) => {
    const { reason, message } = asProblem(await source.read(wanted));
    assert.is(reason, 'SourceUnreachable');
    assert.match(message, 'ECONNREFUSED');
  });
});

test('a name that does not resolve: unreachable', () =>
  withSource('grpc://transformation.invalid:50051', async (source) => {
    assert.is(asProblem(await source.read(wanted)).reason, 'SourceUnreachable');
  }));

test('something that accepts and says nothing: timed out', async () => {
  const sockets: Socket[] = [];
  const { port, server } = await listen(createServer((socket) => sockets.push(socket)));
  await withSource(`grpc://127.0.0.1:${port}`, async (source) => {
    const { outcome, elapsed } = await timed(() => source.read(wanted));
    assert.is(asProblem(outcome).reason, 'SourceTimedOut');
    assert.ok(elapsed < 3_000, `${elapsed} ms`);
  });
  for (const socket of sockets) socket.destroy();
  server.close();
});

test('a web server: a finding, not a hang', async () => {
  const web = createHttpServer((_, response) => response.end('hello'));
  const { port, server } = await listen(web);
  await withSource(`grpc://127.0.0.1:${port}`, async (source) => {
    const { reason } = asProblem(await source.read(wanted));
    assert.ok(['SourceUnreachable', 'SourceAnswerInvalid', 'SourceTimedOut'].includes(reason), reason);
  });
  server.close();
});

test('the metadata arrive: tenant, one request id for all attempts, no token', async () => {
  const seen: SeenRequest[] = [];
  const onRequest = (request: SeenRequest) => seen.push(request);
  await withServer({ onRequest, faults: { failing: { code: status.UNAVAILABLE, calls: 1 } } }, {}, async ({ source }) => {
    await source.read(wanted);
    await source.read({ id: 'a', tenantId: 'größe/ü' });
    assert.equal(
      seen.map(({ id, tenantId, version }) => [id, tenantId, version]),
      [
        ['L2O_v3', 't123', 2n],
        ['L2O_v3', 't123', 2n],
        ['a', 'größe/ü', undefined],
      ],
    );
    assert.equal(
      seen.map((request) => request.metadata('x-tenant-id')),
      ['t123', 't123', 'gr%C3%B6%C3%9Fe%2F%C3%BC'],
    );
    const [first, second, third] = seen.map((request) => request.metadata('x-request-id'));
    assert.match(first!, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/);
    assert.is(second, first);
    assert.is.not(third, first);
    assert.is(seen[0]?.metadata('authorization'), undefined);
  });
});

test('a service on another path, by its name or whole', async () => {
  const servicePath = '/example.v2.Definitions/GetProcessDefinition';
  for (const asked of [servicePath, 'example.v2.Definitions', '/example.v2.Definitions']) {
    await withServer({ servicePath }, { servicePath: asked }, async ({ source }) => {
      assert.is(asDefinition(await source.read(wanted)).version, 2, asked);
    });
  }
  await withServer({ servicePath }, {}, async ({ source }) => {
    const { reason, message } = asProblem(await source.read(wanted));
    assert.is(reason, 'SourceAnswerInvalid');
    assert.match(message, '/ameide_core_proto.transformation.v1.TransformationService/GetProcessDefinition: UNIMPLEMENTED');
  });
});

test('the endpoint may be a template of the namespace', () =>
  withServer({}, {}, async ({ server }) => {
    const url = server.address.replace('127.0.0.1', '{namespace}');
    await withSource(url, async (source) => {
      assert.is(asDefinition(await source.read({ ...wanted, namespace: 'localhost' })).version, 2);
      for (const namespace of [undefined, '', 'evil.example:1/', 'a.b', 'user@host', 'X']) {
        const request = namespace === undefined ? wanted : { ...wanted, namespace };
        assert.is(asProblem(await source.read(request)).reason, 'SourceInvalid', String(namespace));
      }
      assert.is(server.requests(), 1);
    });
  }));

test('200 questions at once', () =>
  withServer({ faults: { slowMs: 20 } }, {}, async ({ source, server }) => {
    const requests = Array.from({ length: 200 }, (_, index) => ({ ...wanted, version: 1 + (index % 3) }));
    const outcomes = await Promise.all(requests.map((request) => source.read(request)));
    assert.equal(
      outcomes.map((outcome) => asDefinition(outcome).version),
      requests.map(({ version }) => version),
    );
    assert.is(server.requests(), 200);
  }));

test('many more questions than the server takes at once do not run into their deadline', () =>
  withServer({ faults: { slowMs: 150 } }, { deadlineMs: 1_000 }, async ({ source, server }) => {
    const outcomes = await Promise.all(Array.from({ length: 1_000 }, () => source.read(wanted)));
    assert.is(outcomes.filter((outcome) => 'text' in outcome).length, 1_000);
    assert.is(server.requests(), 1_000);
  }));

test('a version that is no whole number is not asked for', () =>
  withServer({}, {}, async ({ source, server }) => {
    for (const version of [0, -1, 1.5, Number.NaN, 2 ** 53]) {
      assert.is(asProblem(await source.read({ ...wanted, version })).reason, 'DefinitionNotFound', String(version));
    }
    assert.is(server.requests(), 0);
  }));

async function timed<T>(run: () => Promise<T>): Promise<{ outcome: T; elapsed: number }> {
  const start = performance.now();
  const outcome = await run();
  return { outcome, elapsed: performance.now() - start };
}

async function withSource(url: string, test: (source: Awaited<ReturnType<typeof opened>>) => Promise<void>): Promise<void> {
  const source = await opened({ url, baseDir: root, ...quick, deadlineMs: 300 });
  try {
    await test(source);
  } finally {
    source.close();
  }
}

async function listen(server: Server): Promise<{ port: number; server: Server }> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as AddressInfo).port, server };
}

test.run();
