import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readEnvironment } from '../../examples/worker/environment.ts';

const test = suite("the example worker's environment");

const rendered = {
  TEMPORAL_ADDRESS: 'temporal-frontend:7233',
  TEMPORAL_NAMESPACE: 'sales-process',
  TASK_QUEUE: 'l2o-tq',
  PROCESS_DEFINITION_PATH: '/etc/process-definition/definition.json',
  PROCESS_DEFINITION_CHECKSUM: 'sha256:00',
};

test('what every worker is told', () => {
  assert.equal(
    readEnvironment({ ...rendered, MAX_CONCURRENCY_PER_TENANT: '100', LOG_LEVEL: 'debug', PORT_HTTP: '9090', HOST_HTTP: '127.0.0.1' }),
    {
      address: 'temporal-frontend:7233',
      namespace: 'sales-process',
      taskQueue: 'l2o-tq',
      definitions: '/etc/process-definition',
      checksum: 'sha256:00',
      maxConcurrency: 100,
      logLevel: 'debug',
      probes: { host: '127.0.0.1', port: 9090 },
    },
  );
  const { logLevel, probes, tls } = readEnvironment(rendered);
  assert.equal({ logLevel, probes, tls }, { logLevel: 'info', probes: { port: 8080 }, tls: undefined });
});

test('metrics are served where the Process asks for them, with its tags', () => {
  const attributes = 'cost-centre=42,1st=x,namespace=mine,processType=L2O,team=sales%2C%20north';
  const { metrics } = readEnvironment({ ...rendered, METRICS_PORT: '9464', OTEL_RESOURCE_ATTRIBUTES: attributes });
  const tags = { cost_centre: '42', tag_1st: 'x', tag_namespace: 'mine', processType: 'L2O', team: 'sales, north' };
  assert.equal(metrics, { address: '0.0.0.0:9464', tags });
  assert.equal(readEnvironment({ ...rendered, METRICS_PORT: '1', METRICS_HOST: '[::]' }).metrics, { address: '[::]:1', tags: {} });
  assert.is(readEnvironment({ ...rendered, OTEL_RESOURCE_ATTRIBUTES: attributes }).metrics, undefined);
});

test('credentials: TLS as rendered, and with an API key even when nobody asks for it', () => {
  const files = { TEMPORAL_TLS_SERVER_CA_CERT_PATH: '/ca', TEMPORAL_TLS_CLIENT_CERT_PATH: '/crt', TEMPORAL_TLS_CLIENT_KEY_PATH: '/key' };
  const { tls } = readEnvironment({ ...rendered, TEMPORAL_TLS: 'true', TEMPORAL_TLS_SERVER_NAME: 'temporal', ...files });
  assert.equal(tls, { serverName: 'temporal', ca: '/ca', certificate: '/crt', key: '/key' });
  assert.equal(readEnvironment({ ...rendered, TEMPORAL_TLS: 'true' }).tls, {});
  assert.equal(readEnvironment({ ...rendered, TEMPORAL_API_KEY: 'k' }).tls, {});
  assert.is(readEnvironment({ ...rendered, TEMPORAL_API_KEY: 'k', TEMPORAL_TLS: 'false' }).tls, undefined);
});

for (const name of Object.keys(rendered)) {
  test(`without ${name} it says so`, () => {
    assert.throws(() => readEnvironment({ ...rendered, [name]: '' }), `The variable ${name} is not set`);
  });
}

test.run();
