/** What is changed behind Git's back, or was never there, on live objects: each shows with the words that say which, and a sync heals it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { definition } from '../../src/names.ts';
import { demand, type KubeObject } from '../testbed/api.ts';
import { apply } from '../testbed/apply.ts';
import { root } from '../testbed/parts.ts';
import { edit, faulty, namespace, remove, temporalNamespace, temporalOf } from './live-bed.ts';
import { becomesReady, isReady, type Stage, type Story, tellStories } from './stories.ts';

const specEdited: Story = {
  title: 'the live spec was edited: its workers are of another render, until a sync',
  processes: { edited: {} },
  tell: async (stage) => {
    await becomesReady(stage, 'edited');
    await edit(stage, stage.object('edited', 'Process'), { spec: { image: 'ghcr.io/ameide/l2o-process:0.8.0' } });
    const words = /^False RenderStale: Deployment "edited-process" .*the live Process was changed after the render/;
    const status = await stage.says('edited', { WorkloadReady: words, Ready: /^False RenderStale/, Reconciling: /^True RenderStale/ });
    assert.is(status.observedGeneration, 2);
    await stage.sync('edited');
    await stage.says('edited', isReady);
  },
};

const halfSynced: Story = {
  title: 'a sync that brought the Process and not its Deployment: told at once as on its way, after 30 s as stalled',
  processes: { stale: {} },
  tell: async (stage) => {
    await becomesReady(stage, 'stale');
    const next = stage.render('stale', { observability: { logLevel: 'debug' } });
    await apply(stage.plane, [next.find(({ kind }) => kind === 'Process')!]);
    const words = /^False RenderStale: Deployment "stale-process" .*it is of another render than the Process/;
    await stage.says('stale', { WorkloadReady: words, Reconciling: /^True RenderStale/, Stalled: null });
    await stage.says('stale', { WorkloadReady: words, Reconciling: null, Stalled: /^True RenderStale/ });
    await stage.sync('stale');
    await stage.says('stale', isReady);
  },
};

const misdirected: Story = {
  title: 'workers that are told another namespace, address or queue, by a hand in their Deployment',
  processes: { misled: {} },
  tell: async (stage) => {
    const { address } = stage.temporal;
    await stage.commit('misled', { temporal: temporalOf('misled', { address }) });
    await stage.says('misled', isReady);
    const wrong = [
      ['TEMPORAL_NAMESPACE', 'default', temporalNamespace],
      ['TEMPORAL_ADDRESS', address.replace('127.0.0.1', 'localhost'), address],
      ['TASK_QUEUE', 'another-tq', 'misled-tq'],
    ] as const;
    for (const [name, value, wanted] of wrong) {
      await setVariable(stage, 'misled', name, value);
      const words = `False WorkersMisdirected: ${name} of the worker container is "${value}", the Process has "${wanted}"`;
      await stage.says('misled', { WorkersReady: beginning(words), Ready: /^False WorkersMisdirected/, Stalled: /^True/ });
      await stage.sync('misled');
    }
    await stage.says('misled', isReady);
  },
};

const scaledAndPaused: Story = {
  title: 'a Deployment that is paused, and one that is scaled to zero',
  processes: { stopped: {} },
  tell: async (stage) => {
    await becomesReady(stage, 'stopped');
    const deployment = stage.object('stopped', 'Deployment');
    await edit(stage, deployment, { spec: { paused: true } });
    await stage.says('stopped', { WorkloadReady: /^False WorkloadPaused: .*kubectl rollout resume/, Stalled: /^True WorkloadPaused/ });
    await edit(stage, deployment, { spec: { paused: false } });
    await stage.says('stopped', isReady);
    await edit(stage, deployment, { spec: { replicas: 0 } });
    const status = await stage.says('stopped', { WorkloadReady: /^False ScaledToZero/, Ready: /^False ScaledToZero/ });
    assert.is(status.workers!.summary.split('/')[1], '0');
    await stage.sync('stopped');
    await stage.says('stopped', isReady);
  },
};

const configMap: Story = {
  title: 'the ConfigMap of the definition: deleted, made anew by hand with other bytes or none, and restored from Git',
  processes: { bytes: {} },
  tell: async (stage) => {
    await becomesReady(stage, 'bytes');
    const rendered = stage.object('bytes', 'ConfigMap');
    await remove(stage, rendered);
    const missing = /^False DefinitionBytesMissing: no ConfigMap holds the pinned version 3 .*it should be "bytes-definition-/;
    await stage.says('bytes', {
      DefinitionResolved: missing,
      Ready: /^False DefinitionBytesMissing/,
      Degraded: /^True DefinitionBytesMissing/,
    });
    await apply(stage.plane, [{ ...rendered, data: { [definition.key]: '{"id": "L2O_v3", "edited": true}' } }]);
    await stage.says('bytes', { DefinitionResolved: /^False ChecksumMismatch: .* but holds sha256:/, Stalled: /^True ChecksumMismatch/ });
    await remove(stage, rendered);
    await apply(stage.plane, [{ ...rendered, data: { other: '{}' } }]);
    await stage.says('bytes', { DefinitionResolved: /^False ChecksumMismatch: .* but has no definition.json/ });
    await remove(stage, rendered);
    await stage.sync('bytes');
    await stage.says('bytes', isReady);
  },
};

const otherMounted: Story = {
  title: 'pods that mount another ConfigMap than the pinned one',
  processes: { mounts: {} },
  tell: async (stage) => {
    await becomesReady(stage, 'mounts');
    const data = { [definition.key]: readFileSync(join(root, 'examples/definitions/t123/L2O_v3/1.json'), 'utf8') };
    const other: KubeObject = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'my-own', namespace }, data };
    await apply(stage.plane, [other]);
    const volume = { name: definition.volume, projected: { sources: [{ configMap: { name: 'my-own' } }] } };
    const tmp = { name: 'tmp', emptyDir: {} };
    await edit(stage, stage.object('mounts', 'Deployment'), { spec: { template: { spec: { volumes: [volume, tmp] } } } });
    const words = /^False DefinitionNotMounted: Deployment "mounts-process": version 3 should be .*comes from ConfigMap "my-own"/;
    await stage.says('mounts', { DefinitionResolved: words, Ready: /^False DefinitionNotMounted/ });
    await stage.sync('mounts');
    await stage.says('mounts', isReady);
  },
};

const shared: Story = {
  title: 'two Processes on one queue: each says so, and each is judged by its own workers',
  processes: {
    one: { temporal: temporalOf('shared') },
    two: { ...faulty('never-polls'), temporal: temporalOf('shared') },
  },
  tell: async (stage) => {
    await becomesReady(stage, 'one');
    await stage.sync('two');
    await stage.says('one', { ...isReady, WorkersReady: /is polled by 1 of 1 pod; its queue is shared with sales\/two/ });
    await stage.says('two', { WorkersReady: /^False WaitingForPollers/, Ready: /^False/ });
    await stage.commit('two', { temporal: temporalOf('shared') });
    await stage.says('two', { ...isReady, WorkersReady: /is polled by 1 of 1 pod; its queue is shared with sales\/one/ });
    for (const object of stage.objects('two')) await remove(stage, object);
    await stage.says('one', { ...isReady, WorkersReady: /is polled by 1 of 1 pod$/ });
  },
};

const skipped: Story = {
  title: 'a Process without workers: was the function skipped? Then they come',
  processes: { skipped: {} },
  tell: async (stage) => {
    await apply(stage.plane, [stage.object('skipped', 'Process')]);
    const words = /^False NotRendered: there is no Deployment "skipped-process" .*was the function skipped\?/;
    const rest = { DefinitionResolved: /^False DefinitionBytesMissing/, TemporalHealthy: /^Unknown NotLookedYet/ };
    await stage.says('skipped', { WorkloadReady: words, ...rest, Reconciling: /^True/, Stalled: null });
    await stage.says('skipped', { Ready: /^False NotRendered/, Reconciling: null, Stalled: /^True NotRendered/ });
    await stage.sync('skipped');
    await stage.says('skipped', isReady);
  },
};

const deleted: Story = {
  title: 'a Deployment that was deleted by hand',
  processes: { bare: {} },
  tell: async (stage) => {
    await becomesReady(stage, 'bare');
    await remove(stage, stage.object('bare', 'Deployment'));
    await stage.says('bare', { Ready: /^False NotRendered/, WorkersReady: /^False NotRendered/ });
    await stage.sync('bare');
    await stage.says('bare', isReady);
  },
};

async function setVariable(stage: Stage, process: string, name: string, value: string): Promise<void> {
  const path = `/apis/apps/v1/namespaces/${namespace}/deployments/${process}-process`;
  const { spec } = (await demand(stage.plane, 'GET', path)) as { spec: { template: { spec: { containers: { env: Variable[] }[] } } } };
  const [container] = spec.template.spec.containers;
  const env = container!.env.map((variable) => (variable.name === name ? { name, value } : variable));
  await demand(stage.plane, 'PATCH', path, { spec: { template: { spec: { containers: [{ ...container, env }] } } } });
}

interface Variable {
  readonly name: string;
  readonly value?: string;
}

function beginning(text: string): RegExp {
  return new RegExp(`^${text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}`);
}

tellStories('changes behind Git’s back', [
  halfSynced,
  skipped,
  misdirected,
  specEdited,
  scaledAndPaused,
  configMap,
  otherMounted,
  shared,
  deleted,
]);
