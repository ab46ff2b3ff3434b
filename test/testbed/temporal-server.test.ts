import { existsSync } from 'node:fs';
import { Client, Connection } from '@temporalio/client';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { isFree } from './free-ports.ts';
import type { TemporalServer } from './temporal-server.ts';
import { startTemporal } from './temporal-server.ts';
import { until } from './until.ts';

const temporal = suite<{ server: TemporalServer; connection: Connection }>('temporal server');

temporal.before(async (context) => {
  context.server = await startTemporal({ namespaces: ['sales'], dynamicConfig: { 'matching.PollerHistoryTTL': '5s' } });
  const channelArgs = { 'grpc.initial_reconnect_backoff_ms': 50, 'grpc.max_reconnect_backoff_ms': 200 };
  context.connection = Connection.lazy({ address: context.server.address, interceptors: [], channelArgs });
});
temporal.after(async ({ server, connection }) => {
  await server?.stop();
  await connection?.close();
});

const describe = (connection: Connection, namespace: string, seconds = 5) =>
  connection.withDeadline(Date.now() + seconds * 1000, () => connection.workflowService.describeNamespace({ namespace }));

const start = (connection: Connection, namespace: string, workflowId: string) => {
  const searchAttributes = { ProcessDefinitionChecksum: ['sha256:0'] };
  return new Client({ connection, namespace }).workflow.start('any', { workflowId, taskQueue: 'q', searchAttributes });
};

temporal('a workflow and its namespace survive a crash of the server, which comes back where it was', async ({ server, connection }) => {
  const handle = await start(connection, 'sales', 'survivor');
  await server.kill();
  assert.is(await describe(connection, 'sales').then(String, ({ code }) => code), 14);
  await server.restart();
  const status = () => handle.describe().then((seen) => seen.status.name);
  await until({ what: 'the workflow, running', look: status, isSo: (name) => name === 'RUNNING' });
});

temporal('namespaces are created with the search attribute, deprecated and deleted', async ({ server, connection }) => {
  await server.createNamespace('later');
  await start(connection, 'later', 'one');
  // Visibility follows a few milliseconds behind.
  const count = () => new Client({ connection, namespace: 'later' }).workflow.count("ProcessDefinitionChecksum = 'sha256:0'");
  await until({ what: 'the workflow, counted', look: count, isSo: (seen) => seen.count === 1 });
  await server.deprecateNamespace('later');
  assert.is((await describe(connection, 'later')).namespaceInfo?.state, 2);
  await server.createNamespace('brief');
  await server.deleteNamespace('brief');
  assert.is(await describe(connection, 'brief').then(String, ({ code }) => code), 5);
});

temporal('a frozen server answers nothing, until it goes on', async ({ server, connection }) => {
  await server.pause();
  assert.is(await describe(connection, 'sales', 1).then(String, ({ code }) => code), 4);
  await server.resume();
  assert.is((await describe(connection, 'sales')).namespaceInfo?.name, 'sales');
});

temporal('nothing is left after stop()', async ({ server, connection }) => {
  const own = await startTemporal();
  await own.pause();
  assert.ok(existsSync(own.server.scratch));
  await own.stop();
  assert.not(existsSync(own.server.scratch));
  assert.ok(await isFree(Number(own.address.split(':')[1])));
  assert.is((await describe(connection, 'sales')).namespaceInfo?.name, 'sales', `${server.address} is another one`);
});

temporal.run();
