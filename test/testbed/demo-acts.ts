/** The acts of the demonstration. */
import { objectsAt, type Resource, valueAt } from '../../src/resource.ts';
import { demand, type KubeObject } from './api.ts';
import {
  applyPackage,
  ask,
  finish,
  inFile,
  name,
  namespace,
  pinAndRender,
  prune,
  publish,
  type RunningDefinition,
  type Stage,
  start,
  untilOther,
} from './demo-stage.ts';
import { until } from './until.ts';

export async function showAll(stage: Stage): Promise<void> {
  const { definition } = await stage.follow.until('Ready', 'True');
  const first = definition!;
  await ask(stage, 'list');
  // Nobody approves its offer until the Process is to go.
  const slow = await start(stage, 'lead-4710', first);
  stage.say('\n# A workflow is started, as the worker contract wants it: with the checksum of the definition that runs now');
  await finish(stage, await start(stage, 'lead-4711', first), first);
  await showLostWorker(stage);
  const second = await showNewDefinition(stage, first);
  await showCanary(stage, second);
  await showBreach(stage);
  await showDrain(stage, () => finish(stage, slow, first));
}

async function showLostWorker(stage: Stage): Promise<void> {
  const { plane, node } = stage.testbed;
  const { follow, say } = stage;
  say('\n# Its worker is killed (kill -9), as a node or the kernel would do it');
  const pods = (await demand(plane, 'GET', `/api/v1/namespaces/${namespace}/pods?labelSelector=ameide.io/track`)) as {
    items: KubeObject[];
  };
  await node.signal({ namespace, name: pods.items[0]!.metadata.name }, 'SIGKILL');
  await follow.until('Ready', 'False');
  await follow.until('Ready', 'True');
  say('\n# Who is on call looks what that was');
  await ask(stage, 'describe', name);
}

async function showNewDefinition(stage: Stage, before: RunningDefinition): Promise<RunningDefinition> {
  stage.say('\n# A workflow runs while the definition changes in Git: the old version stays beside the new one');
  const running = await start(stage, 'lead-4712', before);
  publish(stage.folder, 4);
  pinAndRender(stage);
  await applyPackage(stage);
  const after = await untilOther(stage, before);
  await finish(stage, running, before);
  await finish(stage, await start(stage, 'lead-4713', after), after);
  return after;
}

async function showCanary(stage: Stage, stable: RunningDefinition): Promise<void> {
  const { folder, follow, say } = stage;
  say('\n# The next version is tried by a canary first, beside the stable worker, on the same task queue');
  publish(folder, 5);
  pinAndRender(stage, name, '--canary');
  await applyPackage(stage);
  await follow.until('CanaryReady', 'True');
  await ask(stage, 'list');
  const canary = pinOfCanary(folder.objects());
  const [ofStable, ofCanary] = await Promise.all([start(stage, 'lead-4714', stable), start(stage, 'lead-4715', canary)]);
  await finish(stage, ofCanary, canary);
  say('\n# It is good: it becomes the stable one');
  const before = folder.objects();
  inFile(stage, 'promote');
  await applyPackage(stage);
  const after = folder.objects();
  await prune(
    stage,
    before.filter((object) => !after.some((other) => other.kind === object.kind && other.metadata.name === object.metadata.name)),
  );
  await untilOther(stage, stable);
  await finish(stage, ofStable, stable);
}

function pinOfCanary(objects: readonly KubeObject[]): RunningDefinition {
  return valueAt(objects.find(({ kind }) => kind === 'Process')!, 'spec', 'rollout', 'canary', 'pin') as unknown as RunningDefinition;
}

async function showBreach(stage: Stage): Promise<void> {
  const { plane } = stage.testbed;
  stage.say('\n# lead-4710 still runs, for longer than the Process promises. Its CronJob looks each minute, and tells of it once');
  const checks = async () => {
    const process = (await demand(plane, 'GET', `/apis/ameide.io/v1/namespaces/${namespace}/processes/${name}`)) as KubeObject;
    return objectsAt(process.status, 'slaChecks');
  };
  const isReported = (seen: readonly Resource[]) => seen.some(({ reported }) => Number(reported) > 0);
  await until({ what: 'the breach to be reported', look: checks, isSo: isReported, limitMs: 150_000 });
  const { items } = (await demand(plane, 'GET', `/apis/events.k8s.io/v1/namespaces/${namespace}/events`)) as { items: Resource[] };
  for (const { reason, type, note } of items) if (reason === 'SlaBreached') stage.say(`Event ${type} ${reason}: ${note}`);
  await ask(stage, 'list');
}

async function showDrain(stage: Stage, finishSlow: () => Promise<void>): Promise<void> {
  const { folder, follow, say } = stage;
  say('\n# The Process is to go, and that workflow still runs. First it is drained:');
  inFile(stage, 'drain');
  await applyPackage(stage);
  await follow.until('Draining', 'True');
  await ask(stage, 'list');
  await finishSlow();
  await follow.until('Drained', 'True');
  say('\n# Now it is removed from Git, and pruned: the Process first, then workers and definitions');
  await prune(stage, folder.objects());
}
