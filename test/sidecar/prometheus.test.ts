/** A real Prometheus scrapes the sidecar and a real worker as their PodMonitors say, and its alerts tell of a real fault. */
import { spawnSync } from 'node:child_process';
import { Client, Connection } from '@temporalio/client';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { startProcess } from '../../examples/worker/start-process.ts';
import { built, the } from '../deploy/built.ts';
import { demand, type KubeObject } from '../testbed/api.ts';
import { apply, objectPath } from '../testbed/apply.ts';
import { installMonitoringCrds } from '../testbed/monitoring-crds.ts';
import { part } from '../testbed/parts.ts';
import { type PodTarget, scrapesOf } from '../testbed/pod-monitor-scrapes.ts';
import { type LoadedRule, type PrometheusServer, startPrometheus } from '../testbed/prometheus-server.ts';
import { until } from '../testbed/until.ts';
import { checksum } from './drain-bed.ts';
import { edit, type LiveBed, namespace, openLiveBed, processOf, render, temporalNamespace, theOne, workerProbes } from './live-bed.ts';

interface Context {
  bed: LiveBed;
  connection: Connection;
  client: Client;
  prometheus: PrometheusServer;
  objects: readonly KubeObject[];
}

const test = suite<Context>('Prometheus');

const name = 'scraped';
const process = processOf(name, {
  observability: { metrics: { port: 'metrics', interval: '15s' }, metricsTags: { team: 'north' } },
  worker: { ...workerProbes, ports: [...workerProbes.ports, { name: 'metrics', containerPort: 9464 }] },
});

test.before(async (context) => {
  context.bed = await openLiveBed();
  const { bed } = context;
  context.connection = await Connection.connect({ address: bed.temporal.address });
  context.client = new Client({ connection: context.connection, namespace: temporalNamespace });
  await installMonitoringCrds(bed.plane);
  context.objects = render(bed, [process]).get(name)!;
  await apply(bed.plane, context.objects);
  await bed.statuses.untilSays(name, { Ready: /^True AllReady/ });
  const monitor = (await demand(bed.plane, 'GET', await objectPath(bed.plane, theOne(context.objects, 'PodMonitor')))) as KubeObject;
  const ours = await built('monitoring');
  const scrapes = [
    ...scrapesOf(monitor, await workerPods(bed)),
    ...scrapesOf(the(ours, 'PodMonitor', 'ameide-process'), [await sidecarPod(bed)]),
  ];
  context.prometheus = await startPrometheus({ scrapes, rules: impatient(the(ours, 'PrometheusRule', 'ameide-process').spec as Rules) });
});
test.after(async ({ bed, connection, prometheus }) => {
  await prometheus?.stop();
  await connection?.close();
  await bed?.stop();
});

interface Rules {
  readonly groups: readonly { readonly rules: readonly object[] }[];
}

/** Two seconds instead of minutes. */
function impatient({ groups }: Rules): object {
  return {
    groups: groups.map(({ rules, ...group }) => ({
      ...group,
      rules: rules.map((rule) => ('for' in rule ? { ...rule, for: '2s' } : rule)),
    })),
  };
}

async function workerPods({ plane, node }: LiveBed): Promise<PodTarget[]> {
  const { items } = (await demand(plane, 'GET', `/api/v1/namespaces/${namespace}/pods`)) as { items: KubeObject[] };
  return items.map(({ metadata, spec }) => {
    const { ports = [] } = (spec as { containers: { ports?: { name: string; containerPort: number }[] }[] }).containers[0]!;
    const pod = { namespace, name: metadata.name };
    const addressOf = (port: string) => {
      const found = ports.find((one) => one.name === port);
      return found && new URL(node.url(pod, found.containerPort)).host;
    };
    return { ...pod, labels: { ...(metadata.labels as PodTarget['labels']) }, addressOf };
  });
}

/** It runs beside the cluster, as a pod of the Deployment in deploy/ would in it. */
async function sidecarPod({ sidecar }: LiveBed): Promise<PodTarget> {
  const deployment = the(await built('sidecar'), 'Deployment', 'ameide-process');
  const { template } = deployment.spec as {
    template: { metadata: { labels: Record<string, string> }; spec: { containers: [{ ports: { name: string }[] }] } };
  };
  const isThere = (port: string) => template.spec.containers[0].ports.some((one) => one.name === port);
  const { labels } = template.metadata;
  return {
    namespace: deployment.metadata.namespace!,
    name: 'ameide-process-1',
    labels,
    addressOf: (port) => (isThere(port) ? sidecar.host : undefined),
  };
}

const seen = ({ prometheus }: Context, expr: string) =>
  until({ what: expr, look: () => prometheus.query(expr), isSo: (series) => series.length > 0, limitMs: 30_000 });

test('both are scraped, and their series have the labels of the Process', async (context) => {
  const { prometheus } = context;
  const up = await until({
    what: 'both to be up',
    look: () => prometheus.query('up'),
    isSo: (all) => all.length === 2 && all.every(({ value }) => value === 1),
  });
  assert.equal(up.map(({ metric }) => metric.job).sort(), ['ameide-system/ameide-process', 'sales/scraped-process']);
  const [condition] = await seen(context, `process_condition{namespace="sales",process="${name}",type="Ready",status="True"}`);
  assert.is(condition!.value, 1);
  const [pollers] = await seen(context, `temporal_num_pollers{namespace="sales",process="${name}",poller_type="workflow_task"}`);
  assert.ok(pollers!.value > 0);
  const { track, exported_namespace, team, task_queue } = pollers!.metric;
  assert.equal(
    { track, exported_namespace, team, task_queue },
    { track: 'stable', exported_namespace: temporalNamespace, team: 'north', task_queue: 'scraped-tq' },
  );
  await seen(
    context,
    'sum by (namespace, process) (temporal_worker_task_slots_available) and on (namespace, process) process_queue_backlog_tasks',
  );
  await seen(context, `process_queue_backlog_tasks{process="${name}",queue_type="activity"} == 0`);
});

test('a workflow leaves its traces in the metrics that the alerts look at', async (context) => {
  const { client } = context;
  await startProcess(client, { workflowId: 'traced', taskQueue: `${name}-tq`, checksum });
  const [latency] = await seen(context, `temporal_workflow_task_schedule_to_start_latency_seconds_bucket{process="${name}",le="+Inf"} > 0`);
  assert.is(latency!.metric.exported_namespace, temporalNamespace);
  const buckets = await context.prometheus.query('temporal_workflow_task_schedule_to_start_latency_seconds_bucket{le!="+Inf"}');
  assert.ok(
    buckets.some(({ metric }) => Number(metric.le) === 5) && buckets.some(({ metric }) => Number(metric.le) > 5),
    'five seconds is a boundary',
  );
  await seen(context, `process_running_workflows{process="${name}"} >= 0`);
});

test('what both serve keeps the conventions', async ({ bed }) => {
  const [worker] = await workerPods(bed);
  for (const text of [
    (await bed.sidecar.get('/metrics')).text,
    await (await fetch(`http://${worker!.addressOf('metrics')}/metrics`)).text(),
  ]) {
    const { status, stdout, stderr } = spawnSync(await part('promtool'), ['check', 'metrics'], { input: text, encoding: 'utf8' });
    assert.is(status, 0, stdout + stderr);
  }
});

const states = (rules: readonly LoadedRule[], state: LoadedRule['state']) =>
  rules.filter((rule) => rule.state === state).map((rule) => rule.name);

test('each rule is evaluated without error, and no alert stays', async ({ prometheus }) => {
  const rules = await until({
    what: 'each rule to be evaluated',
    look: () => prometheus.rules(),
    isSo: (all) => all.length > 15 && all.every(({ health }) => health !== 'unknown'),
  });
  assert.equal(
    rules.filter(({ health }) => health !== 'ok').map((rule) => `${rule.name}: ${rule.lastError}`),
    [],
  );
  // With two seconds instead of minutes one scrape that a busy machine answers too late is an alert, until the next one.
  const alerts = async () =>
    (await prometheus.rules()).filter(({ state }) => state === 'pending' || state === 'firing').map((rule) => rule.name);
  await until({ what: 'no alert', look: alerts, isSo: (all) => all.length === 0 });
});

test('workers are gone, and a workflow waits: the alert fires, and it is over when they are back', async ({
  bed,
  client,
  prometheus,
  objects,
}) => {
  const deployment = theOne(objects, 'Deployment');
  await edit(bed, deployment, { spec: { replicas: 0 } });
  await bed.statuses.untilSays(name, { WorkersReady: /^False ScaledToZero/ });
  await startProcess(client, { workflowId: 'waiting', taskQueue: `${name}-tq`, checksum });
  const firing = async () => states(await prometheus.rules(), 'firing');
  const isToldOf = (alerts: readonly string[]) => alerts.includes('ProcessNoPollers');
  await until({ what: 'ProcessNoPollers', look: firing, isSo: isToldOf, limitMs: 120_000 });
  const [alert] = (await prometheus.rules()).find((rule) => rule.name === 'ProcessNoPollers')!.alerts!;
  assert.match(alert!.annotations.summary!, `Process sales/${name}: `);
  await edit(bed, deployment, { spec: { replicas: 1 } });
  await until({ what: 'the end of it', look: firing, isSo: (alerts) => !isToldOf(alerts), limitMs: 90_000 });
});

test.run();
