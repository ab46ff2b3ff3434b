import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { SeenTemporal } from '../../src/sidecar/observation.ts';
import { type Credentials, fingerprint } from '../../src/temporal/credentials.ts';
import { TemporalError } from '../../src/temporal/failure.ts';
import type { Subject } from '../../src/temporal/subject.ts';
import type { GatewayOptions, TemporalGateway } from '../testbed/temporal-gateway.ts';
import { certificates, startTemporalGateway } from '../testbed/temporal-gateway.ts';
import type { TemporalServer } from '../testbed/temporal-server.ts';
import { startTemporal } from '../testbed/temporal-server.ts';
import { subjectFor, type Watching, watching } from './watching.ts';

const signIns = suite<{ server: TemporalServer }>('credentials');

signIns.before(async (context) => {
  context.server = await startTemporal({ namespaces: ['sales'] });
});
signIns.after(async ({ server }) => {
  await server?.stop();
});

const key = 'sales/l2o';
const read = (name: string) => readFileSync(join(certificates, name));
const [ca, otherCa, cert, privateKey] = ['ca.pem', 'other-ca.pem', 'client.pem', 'client-key.pem'].map(read) as [
  Buffer,
  Buffer,
  Buffer,
  Buffer,
];

const secret = (name: string) => ({ namespace: 'sales', name, key: 'value' });
const withCa: Partial<Subject> = { tls: { ca: secret('ca') } };
const withKey: Partial<Subject> = { ...withCa, apiKey: secret('key') };
const isAnswered = ({ queue, server }: SeenTemporal) => queue !== undefined && server.state === 'Answers';
const fails = ({ server }: SeenTemporal) => server.state === 'Fails';
const failureOf = ({ server }: SeenTemporal) => (server.state === 'Fails' ? [server.failure, server.message] : []);

interface Setting {
  readonly gateway?: GatewayOptions;
  readonly subject: Partial<Subject>;
  /** What is in the Secrets now. */
  credentials(): Credentials;
}

interface Scene extends Watching {
  readonly gateway: TemporalGateway;
  /** How often the Secrets were read. */
  reads(): number;
}

async function scene(server: TemporalServer, setting: Setting, work: (scene: Scene) => Promise<void>): Promise<void> {
  const gateway = await startTemporalGateway(server.address, setting.gateway);
  let reads = 0;
  const readCredentials = async () => {
    reads++;
    return setting.credentials();
  };
  try {
    await watching(
      async (all) => {
        all.watch.set(subjectFor(gateway.address, setting.subject));
        await work({ ...all, gateway, reads: () => reads });
      },
      { readCredentials },
    );
  } finally {
    await gateway.stop();
  }
}

/** What is wrong, and what is told of it at once. */
const wrong: readonly (readonly [string, Setting, readonly [string, RegExp]])[] = [
  [
    'another authority',
    { subject: withCa, credentials: () => ({ ca: otherCa }) },
    ['TlsFailed', /^self-signed certificate in certificate chain$/],
  ],
  [
    'no authority but the system’s',
    { subject: { tls: {} }, credentials: () => ({}) },
    ['TlsFailed', /^self-signed certificate in certificate chain$/],
  ],
  [
    'another name',
    { subject: { tls: { ca: secret('ca'), serverName: 'temporal.example' } }, credentials: () => ({ ca }) },
    ['TlsFailed', /is not in the cert's altnames/],
  ],
  [
    'a client certificate is needed, and there is none',
    { gateway: { clientCertificate: true }, subject: withCa, credentials: () => ({ ca }) },
    ['TlsFailed', /^tlsv13 alert certificate required$/],
  ],
  [
    'a client certificate that is none',
    { subject: withCa, credentials: () => ({ ca, cert: Buffer.from('none'), key: privateKey }) },
    ['TlsFailed', /^the certificates cannot be used: no start line$/],
  ],
  [
    'a client certificate without its key',
    { subject: withCa, credentials: () => ({ ca, cert }) },
    ['TlsFailed', /^the certificates cannot be used: /],
  ],
  [
    'no TLS where TLS is expected',
    { subject: {}, credentials: () => ({}) },
    ['Unreachable', /^the connection is closed at once; is TLS expected\?$/],
  ],
  ['TLS where none is', { gateway: { tls: false }, subject: withCa, credentials: () => ({ ca }) }, ['TlsFailed', /wrong version number/]],
  [
    'another API key',
    { gateway: { apiKey: 'right' }, subject: withKey, credentials: () => ({ ca, apiKey: 'wrong' }) },
    ['Unauthenticated', /^the gateway of the test bed refuses GetSystemInfo$/],
  ],
  [
    'an API key with a line break',
    { subject: withKey, credentials: () => ({ ca, apiKey: 'sesame\nopen' }) },
    ['Unauthenticated', /^the API key is empty or has characters that none can have$/],
  ],
  [
    'a Secret that is missing',
    {
      subject: withKey,
      credentials: () => {
        throw new TemporalError('CredentialsMissing', 'Secret "key" does not exist');
      },
    },
    ['CredentialsMissing', /^Secret "key" does not exist$/],
  ],
];

/** Undefined: as it should be. */
async function whatIsTold(
  server: TemporalServer,
  [name, setting, [failure, message]]: (typeof wrong)[number],
): Promise<string | undefined> {
  let told = '';
  await scene(server, setting, async ({ whenSeen, changes }) => {
    await whenSeen(key, fails, 5_000);
    // The same failure again and again.
    await delay(4_500);
    const [found, words] = failureOf(changes[0]!.seen);
    const isRight = changes.length === 1 && found === failure && message.test(String(words));
    told = isRight ? '' : `${name}: ${JSON.stringify(changes.map(({ seen }) => seen.server))}`;
  });
  return told || undefined;
}

signIns('what is wrong is told at once, and once', async ({ server }) => {
  const told = await Promise.all(wrong.map((one) => whatIsTold(server, one)));
  assert.equal(
    told.filter((one) => one !== undefined),
    [],
  );
});

signIns('TLS, a client certificate and an API key that are right', ({ server }) =>
  scene(
    server,
    {
      gateway: { clientCertificate: true, apiKey: 'right' },
      subject: { tls: { ca: secret('ca'), client: secret('client') }, apiKey: secret('key') },
      credentials: () => ({ ca, cert, key: privateKey, apiKey: 'right' }),
    },
    async ({ whenSeen, reads }) => {
      await whenSeen(key, isAnswered);
      assert.is(reads(), 1);
    },
  ),
);

signIns('the name that the certificate is for may be another than the address', ({ server }) =>
  scene(
    server,
    { subject: { tls: { ca: secret('ca'), serverName: 'transformation.test' } }, credentials: () => ({ ca }) },
    async ({ whenSeen }) => {
      await whenSeen(key, isAnswered);
    },
  ),
);

signIns('an API key that is replaced, there and in the Secret: nobody notices', ({ server }) => {
  let apiKey = 'first';
  const setting = { gateway: { apiKey }, subject: withKey, credentials: () => ({ ca, apiKey }) };
  return scene(server, setting, async ({ gateway, whenSeen, changes, count, reads }) => {
    await whenSeen(key, isAnswered);
    await delay(2_500);
    apiKey = 'second';
    gateway.requireKey(apiKey);
    const asked = count('DescribeTaskQueue', 'OK');
    await delay(3_000);
    assert.ok(count('DescribeTaskQueue', 'OK') >= asked + 2, 'it goes on');
    assert.is(reads(), 2);
    assert.equal(
      changes.filter(({ seen }) => fails(seen) || seen.queueFailure),
      [],
    );
  });
});

signIns('an API key that is revoked, and later replaced', ({ server }) => {
  let apiKey = 'first';
  const setting = { gateway: { apiKey }, subject: withKey, credentials: () => ({ ca, apiKey }) };
  return scene(server, setting, async ({ gateway, whenSeen, reads }) => {
    await whenSeen(key, isAnswered);
    gateway.requireKey('second');
    await whenSeen(key, (seen) => fails(seen) || seen.queueFailure?.failure === 'Unauthenticated');
    await delay(3_000);
    assert.ok(reads() <= 4, `${reads()} reads: the API server is not pestered`);
    apiKey = 'second';
    await whenSeen(key, (seen) => isAnswered(seen) && seen.queueFailure === undefined, 15_000);
  });
});

signIns('a Secret that appears later', ({ server }) => {
  let isThere = false;
  const credentials = () => {
    if (isThere) return { ca };
    throw new TemporalError('CredentialsMissing', 'Secret "ca" does not exist');
  };
  return scene(server, { subject: withCa, credentials }, async ({ whenSeen, reads }) => {
    await whenSeen(key, fails);
    await delay(3_000);
    assert.ok(reads() <= 3, `${reads()} reads`);
    isThere = true;
    await whenSeen(key, isAnswered, 10_000);
  });
});

signIns('certificates that are replaced: another connection is made with the new ones', ({ server }) => {
  let used = otherCa;
  return scene(server, { subject: withCa, credentials: () => ({ ca: used }) }, async ({ whenSeen }) => {
    await whenSeen(key, fails);
    used = ca;
    await whenSeen(key, isAnswered, 10_000);
  });
});

signIns('everything is forbidden: the namespace is, the server answers', ({ server }) =>
  scene(server, { subject: withCa, credentials: () => ({ ca }) }, async ({ gateway, whenSeen, changes }) => {
    gateway.refuse('*', 'PERMISSION_DENIED');
    const { seen } = await whenSeen(key, ({ namespaceState }) => namespaceState !== undefined);
    assert.is(seen.server.state, 'Answers');
    assert.is(seen.namespaceState?.state, 'Forbidden');
    assert.is(seen.namespaceState?.message, 'the gateway of the test bed refuses DescribeNamespace');
    gateway.refuse('*', undefined);
    await whenSeen(key, isAnswered, 10_000);
    assert.equal(
      changes.filter((change) => fails(change.seen)),
      [],
    );
  }),
);

signIns('what credentials connect alike, and what not', () => {
  const base = { ca, cert, key: privateKey };
  assert.is(fingerprint({ ...base, apiKey: 'a' }), fingerprint({ ...base, apiKey: 'b' }));
  const others = [base, { ca }, { ca: otherCa, cert, key: privateKey }, { cert, key: privateKey }, { ca: Buffer.concat([ca, cert]) }, {}];
  assert.is(new Set(others.map(fingerprint)).size, others.length);
  assert.not.match(fingerprint(base), /BEGIN/);
});

signIns.run();
