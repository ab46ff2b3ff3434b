import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Endpoint, parseEndpoint, parseServicePath } from '../../src/definition/endpoint.ts';
import { openSource } from '../../src/definition/open-source.ts';
import { asDefinition, asProblem, examples, opened, root, wanted } from './with-server.ts';

const test = suite('definition/open-source');

test('anything without a scheme is a folder, relative to the base', async () => {
  for (const [url, baseDir] of [
    ['examples/definitions', root],
    ['./definitions', `${root}examples`],
    [examples, '/'],
  ] as const) {
    const source = await opened({ url, baseDir });
    assert.is(asDefinition(await source.read(wanted)).version, 2, url);
    source.close();
  }
});

const refused = [
  '',
  'http://host:1',
  'file:///tmp',
  'grpc://',
  'grpc://host',
  'grpc://host:0',
  'grpc://host:70000',
  'grpcs://host:1/path',
  'grpc://a b:1',
];
for (const url of refused) {
  test(`refuses ${url || 'nothing'}`, async () => {
    const { reason, message } = asProblem(await openSource({ url, baseDir: root }));
    assert.is(reason, 'SourceInvalid');
    assert.match(message, 'grpc://HOST:PORT');
  });
}

test('refuses a service path that is none, half a client certificate, and files that are absent', async () => {
  const base = { url: 'grpcs://127.0.0.1:1', baseDir: root };
  for (const [options, found] of [
    [{ servicePath: 'a/b/c' }, 'a/b/c'],
    [{ servicePath: '/a b' }, 'a b'],
    [{ tls: { certFile: 'x' } }, 'both'],
    [{ tls: { keyFile: 'x' } }, 'both'],
    [{ tls: { caFile: 'absent.pem' } }, 'absent.pem'],
  ] as const) {
    const { reason, message } = asProblem(await openSource({ ...base, ...options }));
    assert.is(reason, 'SourceInvalid');
    assert.match(message, found);
  }
});

const endpoints: readonly [text: string, endpoint: Endpoint][] = [
  [
    'grpc://127.0.0.1:50051',
    { url: 'grpc://127.0.0.1:50051', target: 'dns:127.0.0.1:50051', host: '127.0.0.1', secure: false, loopback: true },
  ],
  [
    'GRPCS://Host.Example:443/',
    { url: 'grpcs://host.example:443', target: 'dns:host.example:443', host: 'host.example', secure: true, loopback: false },
  ],
  ['grpc://[::1]:7', { url: 'grpc://[::1]:7', target: 'dns:[::1]:7', host: '::1', secure: false, loopback: true }],
  ['grpc://localhost:7', { url: 'grpc://localhost:7', target: 'dns:localhost:7', host: 'localhost', secure: false, loopback: true }],
  [
    'grpc://t.{namespace}.svc:7',
    { url: 'grpc://t.team-a.svc:7', target: 'dns:t.team-a.svc:7', host: 't.team-a.svc', secure: false, loopback: false },
  ],
];
for (const [text, endpoint] of endpoints) {
  test(`reads ${text}`, () => assert.equal(parseEndpoint(text, 'team-a'), endpoint));
}

test('reads service paths', () => {
  const ours = '/ameide_core_proto.transformation.v1.TransformationService/GetProcessDefinition';
  assert.is(parseServicePath(undefined), ours);
  assert.is(parseServicePath('ameide_core_proto.transformation.v1.TransformationService'), ours);
  assert.is(parseServicePath('/a.B/Read'), '/a.B/Read');
});

test.run();
