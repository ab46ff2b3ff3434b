import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { GatewayOptions, TemporalGateway } from './temporal-gateway.ts';
import { certificates, startTemporalGateway } from './temporal-gateway.ts';
import type { TemporalServer } from './temporal-server.ts';
import { startTemporal } from './temporal-server.ts';
import { until } from './until.ts';

const gateways = suite<{ server: TemporalServer }>('temporal gateway');

gateways.before(async (context) => {
  context.server = await startTemporal({ namespaces: ['sales'] });
});
gateways.after(async ({ server }) => {
  await server?.stop();
});

const read = (name: string) => readFileSync(join(certificates, name));
const ca = { serverRootCACertificate: read('ca.pem') };

interface Reached {
  readonly gateway: TemporalGateway;
  /** The result, or the gRPC code of the failure. */
  describe(): Promise<string | number>;
  readonly connection: Connection;
}

/** A gateway and a client of it. */
async function through<T>(server: TemporalServer, options: GatewayOptions, client: object, work: (reached: Reached) => Promise<T>) {
  const gateway = await startTemporalGateway(server.address, options);
  const channelArgs = { 'grpc.initial_reconnect_backoff_ms': 50, 'grpc.max_reconnect_backoff_ms': 200 };
  const connection = Connection.lazy({ address: gateway.address, interceptors: [], channelArgs, ...client });
  const call = () => connection.workflowService.describeNamespace({ namespace: 'sales' });
  const describe = () =>
    connection.withDeadline(Date.now() + 5_000, call).then(
      ({ namespaceInfo }) => namespaceInfo?.name ?? '',
      ({ code }) => code as number,
    );
  try {
    await work({ gateway, describe, connection });
  } finally {
    await connection.close();
    await gateway.stop();
  }
}

gateways('TLS: whoever trusts its authority gets through', ({ server }) =>
  through(server, {}, { tls: ca }, async ({ gateway, describe, connection }) => {
    assert.is(await describe(), 'sales');
    const handle = await new Client({ connection, namespace: 'sales' }).workflow.start('any', { workflowId: 'a', taskQueue: 'q' });
    assert.is((await handle.describe()).taskQueue, 'q');
    assert.is(gateway.calls().DescribeNamespace, 1);
    assert.is(gateway.calls().StartWorkflowExecution, 1);
  }),
);

gateways('TLS: another authority, none, and no TLS at all fail', async ({ server }) => {
  for (const tls of [{ serverRootCACertificate: read('other-ca.pem') }, true, false])
    await through(server, {}, { tls }, async ({ describe }) => assert.is(await describe(), 14, JSON.stringify(tls)));
});

gateways('TLS: a client certificate can be demanded', async ({ server }) => {
  const clientCertPair = { crt: read('client.pem'), key: read('client-key.pem') };
  const options = { clientCertificate: true };
  await through(server, options, { tls: { ...ca, clientCertPair } }, async ({ describe }) => assert.is(await describe(), 'sales'));
  await through(server, options, { tls: ca }, async ({ describe }) => assert.is(await describe(), 14));
});

gateways('an API key can be demanded, and changed', ({ server }) =>
  through(server, { apiKey: 'one' }, { tls: ca, apiKey: 'one' }, async ({ gateway, describe }) => {
    assert.is(await describe(), 'sales');
    gateway.requireKey('two');
    assert.is(await describe(), 16);
    gateway.requireKey(undefined);
    assert.is(await describe(), 'sales');
  }),
);

gateways('chosen methods are refused, and all are counted', ({ server }) =>
  through(server, { tls: false }, {}, async ({ gateway, describe, connection }) => {
    gateway.refuse('DescribeNamespace', 'PERMISSION_DENIED');
    assert.is(await describe(), 7);
    assert.ok((await connection.workflowService.getSystemInfo({})).serverVersion);
    gateway.refuse('DescribeNamespace', undefined);
    gateway.refuse('*', 'RESOURCE_EXHAUSTED');
    assert.is(await describe(), 8);
    gateway.refuse('*', undefined);
    assert.is(await describe(), 'sales');
    assert.equal(gateway.calls(), { DescribeNamespace: 3, GetSystemInfo: 1 });
  }),
);

/** The server refuses a poll without a deadline. */
const poll = (connection: Connection, queue: string) =>
  connection.withDeadline(Date.now() + 60_000, () =>
    connection.workflowService.pollWorkflowTaskQueue({ namespace: 'sales', taskQueue: { name: queue }, identity: 'x' }),
  );

async function untilPolled(connection: Connection, queue: string): Promise<void> {
  const look = () => connection.workflowService.describeTaskQueue({ namespace: 'sales', taskQueue: { name: queue } });
  await until({ what: `a poller of ${queue}`, look, isSo: ({ pollers }) => pollers?.length === 1 });
}

gateways('a poll that its caller gives up takes no task any more', ({ server }) =>
  through(server, {}, { tls: ca }, async ({ connection }) => {
    const abort = new AbortController();
    const given = connection.withAbortSignal(abort.signal, () => poll(connection, 'p')).then(String, ({ code }) => code as number);
    await untilPolled(connection, 'p');
    abort.abort();
    assert.is(await given, 1);
    await new Client({ connection, namespace: 'sales' }).workflow.start('any', { workflowId: 'p', taskQueue: 'p' });
    const task = await poll(connection, 'p');
    assert.is(task.workflowExecution?.workflowId, 'p');
  }),
);

gateways('a call that outlasts the server fails, and the gateway finds the server again', ({ server }) =>
  through(server, {}, { tls: ca }, async ({ connection, describe }) => {
    const lasting = poll(connection, 'r').then(String, ({ code }) => code as number);
    await untilPolled(connection, 'r');
    await server.kill();
    assert.is(await lasting, 14);
    assert.is(await describe(), 14);
    await server.restart();
    await until({ what: 'an answer', look: describe, isSo: (name) => name === 'sales' });
  }),
);

gateways.run();
