/** The checks of a live Process: what each finds, and what it leaves to another. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { annotation } from '../../src/names.ts';
import { describe, problem } from '../../src/problem.ts';
import { checkLive, liveChecks } from '../../src/verify/live.ts';
import { findingsOf } from '../../src/verify/outcome.ts';
import { stateOf } from '../../src/verify/report.ts';
import { value, without } from './findings.ts';
import { condition, type LiveCluster, liveCluster } from './live-cluster.ts';
import { partsOf, pinned } from './rendered-stream.ts';

const test = suite('verify/live');

/** One letter for each check, P F or -, and the findings as lines. */
function verdict(
  change: (cluster: LiveCluster) => void,
  asked: { name: string; namespace?: string }[] = [{ name: 'l2o' }],
  spec: object = {},
) {
  const { outcomes, remarks } = checkLive(liveCluster(change, spec), asked);
  const states = outcomes.map((outcome) => stateOf(outcome)[0]).join('');
  return { states, lines: [...findingsOf(outcomes), ...remarks].map(describe) };
}

const conditions = ({ process }: LiveCluster) => process.status!.conditions as unknown as Record<string, unknown>[];
const set = (cluster: LiveCluster, ...changed: ReturnType<typeof condition>[]) => {
  const others = conditions(cluster).filter(({ type }) => !changed.some((one) => (one.type as unknown) === type));
  cluster.process.status!.conditions = value([...others, ...changed]);
};

test('a healthy one passes every check, and each says what was found', () => {
  const { outcomes, remarks, processes } = checkLive(liveCluster(), [{ name: 'l2o', namespace: 'sales' }]);
  assert.equal(remarks, []);
  assert.equal(findingsOf(outcomes), []);
  assert.equal(
    outcomes.map(({ check, words }) => `${check}: ${words}`),
    [
      'ProcessFound: it is there, valid and pinned',
      'Rendered: its worker Deployment was rendered from the live spec',
      `DefinitionMounted: version 3 is mounted from ConfigMap "l2o-definition-${pinned(3).checksum.slice(7, 17)}"`,
      'WorkloadReady: 1 of 1 pods of "l2o-process" are available',
      'ConditionsHealthy: Ready is True, Degraded is False',
      `DefinitionCurrent: version 3 (${pinned(3).checksum}) runs`,
    ],
  );
  assert.is(processes[0]!.isReady, true);
  assert.equal(
    outcomes.map(({ check }) => check),
    [...liveChecks],
  );
});

interface Row {
  readonly title: string;
  readonly change: (cluster: LiveCluster) => void;
  /** In the order of `liveChecks`. */
  readonly states: string;
  readonly lines: readonly RegExp[];
}

const rows: readonly Row[] = [
  {
    title: 'an absent Process is told with the names that are there',
    change: (cluster) => {
      cluster.process.metadata!.name = value('l2oo');
    },
    states: 'F-----',
    lines: [/^error ProcessNotFound: Process "l2o": does not exist in namespace "sales"; there is l2oo: apply it, or name its namespace/],
  },
  {
    title: 'a spec that is invalid now',
    change: (cluster) => {
      cluster.process.spec!.newField = value(1);
    },
    states: 'F---P-',
    lines: [/^error FieldUnknown: Process "sales\/l2o" spec\.newField: /],
  },
  {
    title: 'no pin',
    change: (cluster) => {
      delete cluster.process.spec!.definitionRef!.pin;
    },
    states: 'F---P-',
    lines: [/^error PinMissing: /],
  },
  {
    title: 'a skipped function: no workers',
    change: (cluster) => without(cluster, cluster.deployment),
    states: 'PF--PP',
    lines: [/^error NotRendered: Process "sales\/l2o": no worker Deployment was generated for it; was the function skipped\?/],
  },
  {
    title: 'a live Process that was edited after the render',
    change: (cluster) => {
      cluster.process.spec!.worker = value({ replicas: 3 });
    },
    states: 'PFP-PP',
    lines: [/^error RenderStale: Process "sales\/l2o" .*rendered-from.*: .*the live Process was changed after the render; render, commit/],
  },
  {
    title: 'a Deployment of another render',
    change: (cluster) => {
      cluster.deployment.metadata!.annotations![annotation.renderedFrom] = value('0000000000000000');
    },
    states: 'PFP-PP',
    lines: [/^error RenderStale: .*it is of another render than the Process/],
  },
  {
    title: 'an image that was set by hand',
    change: (cluster) => {
      partsOf(cluster).worker.image = value('other:1');
    },
    states: 'PFPPPP',
    lines: [/^error RenderBroken: Deployment "sales\/l2o-process" .*image: is "other:1", the Process says/],
  },
  {
    title: 'a queue that was set by hand',
    change: (cluster) => {
      partsOf(cluster).variable('TASK_QUEUE').value = 'other';
    },
    states: 'PFPPPP',
    lines: [/^error RenderBroken: .*env\[name=TASK_QUEUE\]: is "other"/],
  },
  {
    title: 'an edited ConfigMap',
    change: (cluster) => {
      cluster.current.data!['definition.json'] = value('{}');
    },
    states: 'PPFPPP',
    lines: [/^error ChecksumMismatch: Process "sales\/l2o" spec\.definitionRef\.pin: ConfigMap "l2o-definition-\w+" should hold sha256/],
  },
  {
    title: 'a missing ConfigMap',
    change: (cluster) => without(cluster, cluster.current),
    states: 'PPFPPP',
    lines: [/^error DefinitionBytesMissing: /, /^error RenderBroken: Deployment .*which is not there; the pods would not start/],
  },
  {
    title: 'a Deployment that mounts another definition',
    change: (cluster) => {
      (partsOf(cluster).sources[0] as unknown as { configMap: { name: unknown } }).configMap.name = cluster.retained.metadata!.name;
    },
    states: 'PPFPPP',
    lines: [/^error RenderBroken: Deployment .*path=definition\.json/, /^error RenderBroken: Deployment .*path=[0-9a-f]{64}/],
  },
  {
    title: 'a pod that mounts another definition',
    change: (cluster) => {
      const volumes = cluster.pods[0]!.spec!.volumes as unknown as { projected: { sources: { configMap: { name: unknown } }[] } }[];
      volumes[0]!.projected.sources[0]!.configMap.name = cluster.retained.metadata!.name;
    },
    states: 'PPFPPP',
    lines: [
      /^error DefinitionNotMounted: Process "sales\/l2o": pods that mount l2o-definition-\w+ as the current definition: l2o-process-a/,
    ],
  },
  {
    title: 'a pod that mounts another definition while pods are replaced',
    change: (cluster) => {
      const volumes = cluster.pods[0]!.spec!.volumes as unknown as { projected: { sources: { configMap: { name: unknown } }[] } }[];
      volumes[0]!.projected.sources[0]!.configMap.name = cluster.retained.metadata!.name;
      cluster.deployment.status = value({ observedGeneration: 1, replicas: 2, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1 });
    },
    states: 'PPFFPP',
    lines: [/^error RollingOut: .*still run with another definition: l2o-process-a/, /^error RollingOut: .*1 of 1 pods are updated/],
  },
  {
    title: 'no replicas, once',
    change: (cluster) => {
      cluster.deployment.spec!.replicas = value(0);
    },
    states: 'PPPFPP',
    lines: [/^error ScaledToZero: /],
  },
  {
    title: 'a pause, once',
    change: (cluster) => {
      cluster.deployment.spec!.paused = value(true);
    },
    states: 'PPPFPP',
    lines: [/^error WorkloadPaused: /],
  },
  {
    title: 'pods that crash',
    change: (cluster) => {
      cluster.deployment.status = value({ observedGeneration: 1, replicas: 1, updatedReplicas: 1 });
      cluster.pods[0]!.status = value({
        phase: 'Running',
        containerStatuses: [{ name: 'worker', restartCount: 4, state: { waiting: { reason: 'CrashLoopBackOff' } } }],
      });
    },
    states: 'PPPFPP',
    lines: [
      /^error PodsNotReady: Process "sales\/l2o": 0 of 1 pods are available; pod "l2o-process-a" crashes \(CrashLoopBackOff, 4 restarts\)/,
    ],
  },
  {
    title: 'workers that do not poll: one cause, one finding, with every condition that it turned',
    change: (cluster) =>
      set(
        cluster,
        condition('WorkersReady', 'False', 'NoPollers', '1 pod runs, and none polls'),
        condition('Ready', 'False', 'NoPollers', '1 pod runs, and none polls'),
      ),
    states: 'PPPPFP',
    lines: [/^error NoPollers: .*\[type=WorkersReady,Ready\]: WorkersReady is False, Ready is False: 1 pod runs, and none polls$/],
  },
  {
    title: 'WorkersReady that rests upon WorkloadReady is no cause of its own',
    change: (cluster) =>
      set(
        cluster,
        condition('WorkloadReady', 'False', 'PodsNotReady', 'one crashes'),
        condition('WorkersReady', 'False', 'PodsNotReady', 'the workload is not ready'),
        condition('Ready', 'False', 'PodsNotReady', 'one crashes'),
      ),
    states: 'PPPPFP',
    lines: [/^error PodsNotReady: .*WorkloadReady is False, WorkersReady is False, Ready is False: one crashes$/],
  },
  {
    title: 'two causes are two findings',
    change: (cluster) =>
      set(
        cluster,
        condition('TemporalHealthy', 'False', 'NamespaceNotFound', 'no such namespace'),
        condition('DependenciesReady', 'False', 'DependencyMissing', 'no Domain "crm"'),
        condition('Degraded', 'True', 'NamespaceNotFound', 'no such namespace'),
        condition('Ready', 'False', 'NamespaceNotFound', 'no such namespace'),
      ),
    states: 'PPPPFP',
    lines: [/^error NamespaceNotFound: .*TemporalHealthy,Ready,Degraded\]/, /^error DependencyMissing: .*DependenciesReady\]/],
  },
  {
    title: 'a guard that is not effective is a warning: all is well until somebody deletes the Process',
    change: (cluster) => set(cluster, condition('Guarded', 'False', 'GuardIneffective', 'Flux prunes it')),
    states: 'PPPPPP',
    lines: [/^warning GuardIneffective: .*\[type=Guarded\]: Guarded is False: Flux prunes it$/],
  },
  {
    title: 'what cannot be told of a part is a warning where the whole is well',
    change: (cluster) => set(cluster, condition('TemporalHealthy', 'Unknown', 'TemporalForbidden', 'may not look')),
    states: 'PPPPPP',
    lines: [/^warning TemporalForbidden: /],
  },
  {
    title: 'Ready that is Unknown',
    change: (cluster) => set(cluster, condition('Ready', 'Unknown', 'NotLookedYet', 'not yet')),
    states: 'PPPPFP',
    lines: [/^error NotLookedYet: .*Ready is Unknown: not yet/],
  },
  {
    title: 'a reason of another version of the tool',
    change: (cluster) => set(cluster, condition('Degraded', 'True', 'SunSpots', 'they are large')),
    states: 'PPPPFP',
    lines: [/^error ConditionUnhealthy: .*Degraded is True: SunSpots: they are large$/],
  },
  {
    title: 'conditions without Ready',
    change: (cluster) => {
      cluster.process.status!.conditions = value(conditions(cluster).filter(({ type }) => type !== 'Ready'));
    },
    states: 'PPPPFP',
    lines: [/^error StatusMissing: .*\[type=Ready\]: the status has no such condition; does the sidecar run/],
  },
  {
    title: 'no status at all',
    change: (cluster) => {
      delete cluster.process.status;
    },
    states: 'PPPPFF',
    lines: [/^error StatusMissing: .*there is no status; does the sidecar run, and watch this namespace\?/, /^error StatusMissing: /],
  },
  {
    title: 'a status about an earlier spec',
    change: (cluster) => {
      cluster.process.metadata!.generation = value(3);
    },
    states: 'PPPPFF',
    lines: [/^error StatusStale: .*observedGeneration: is 2, the live spec is of generation 3: the status is about another spec/, /./],
  },
  {
    title: 'a status that does not say of which spec it is',
    change: (cluster) => {
      delete cluster.process.status!.observedGeneration;
    },
    states: 'PPPPFF',
    lines: [/^error StatusStale: .*is absent, the live spec is of generation 2/, /./],
  },
  {
    title: 'another definition that runs',
    change: (cluster) => {
      Object.assign(cluster.process.status!.definition!, pinned(2), { id: undefined });
    },
    states: 'PPPPPF',
    lines: [
      /^error DefinitionNotMounted: .*status\.definition\.checksum: version 2 \(sha256:\w+\) runs, the Process pins version 3 \(sha256:/,
    ],
  },
  {
    title: 'a status without a definition',
    change: (cluster) => {
      delete cluster.process.status!.definition;
    },
    states: 'PPPPPF',
    lines: [/^error StatusMissing: .*status\.definition: does not say which definition runs; version 3 should/],
  },
  {
    title: 'what may not be read is not checked, and told',
    change: (cluster) => {
      cluster.unreadable.push({ resource: 'pods', namespace: 'sales', problem: problem('ClusterForbidden', 'may not list pods') });
    },
    states: 'PP-PPP',
    lines: [/^error ClusterForbidden: may not list pods$/],
  },
  {
    title: 'without Deployments only the status is left',
    change: (cluster) => {
      without(cluster, cluster.deployment);
      cluster.unreadable.push({ resource: 'deployments', namespace: undefined, problem: problem('ClusterForbidden', 'may not') });
    },
    states: 'P---PP',
    lines: [/^error ClusterForbidden: may not$/],
  },
  {
    title: 'a Process on its way out is told of',
    change: (cluster) => {
      cluster.process.metadata!.deletionTimestamp = value('2026-03-01T11:59:00Z');
    },
    states: 'PPPPPP',
    lines: [/^warning ProcessRemoved: .*is being deleted since 2026-03-01T11:59:00Z$/],
  },
];

for (const { title, change, states, lines } of rows) {
  test(title, () => {
    const found = verdict(change);
    assert.is(found.states, states, found.lines.join('\n'));
    assert.is(found.lines.length, lines.length, found.lines.join('\n'));
    for (const [at, line] of lines.entries()) assert.match(found.lines[at]!, line);
  });
}

test('without names all are checked; what has no Process any more is warned of', () => {
  const all = verdict((cluster) => {
    const other = structuredClone(cluster.deployment);
    Object.assign(other.metadata!, { name: 'gone-process', annotations: { [annotation.generatedFor]: 'gone' } });
    cluster.items = [...cluster.items, other];
  }, []);
  assert.is(all.states, 'PPPPPP');
  assert.equal(all.lines.length, 1);
  assert.match(all.lines[0]!, /^warning RenderBroken: Deployment "sales\/gone-process": was generated for a Process that does not exist/);
});

test('nothing to verify is no pass', () => {
  const { lines } = verdict((cluster) => {
    cluster.items = [];
  }, []);
  assert.equal(lines, ['error ProcessNotFound: there is no Process in namespace "sales"']);
});

test('Processes that may not be read are not told to be absent', () => {
  const hidden = (cluster: LiveCluster) => {
    cluster.items = [];
    cluster.unreadable.push({ resource: 'processes', namespace: 'sales', problem: problem('ClusterForbidden', 'may not') });
  };
  assert.equal(verdict(hidden, []), { states: '', lines: ['error ClusterForbidden: may not'] });
  assert.equal(verdict(hidden), { states: '------', lines: ['error ClusterForbidden: may not'] });
});

test('the same name in two namespaces: one is asked for, or both', () => {
  const twice = (cluster: LiveCluster) => {
    const others = cluster.items.map((item) => {
      const copy = structuredClone(item) as { metadata: { namespace: string } };
      copy.metadata.namespace = 'billing';
      return copy;
    });
    cluster.items = [...cluster.items, ...others];
  };
  assert.is(verdict(twice).states.length, 12);
  assert.is(verdict(twice, [{ name: 'l2o', namespace: 'billing' }]).states.length, 6);
});

test('a sidecar whose Lease is old is warned of: its last words may still say Ready', () => {
  const warnings = (leaseRenewedAt: string) =>
    checkLive({ ...liveCluster(), leaseRenewedAt }, [{ name: 'l2o' }]).remarks.map((found) => describe(found));
  assert.equal(warnings('2026-03-01T11:59:50.123456Z'), []);
  assert.equal(warnings('no time'), []);
  const [line] = warnings('2026-03-01T11:50:00.000000Z');
  assert.match(line!, /^warning StatusStale: Lease "ameide-system\/ameide-process" spec\.renewTime: was last renewed at 2026-03-01T11:50/);
});

test('hostile strings of the status break no line', () => {
  const { lines } = verdict((cluster) => set(cluster, condition('Ready', 'False', 'No\nPollers', 'a\nerror X: b\u001b[31m')));
  assert.equal(lines.length, 1);
  assert.not.ok(['\n', '\u001b'].some((character) => lines[0]!.includes(character)));
});

test('CronJobs of checks are as they were rendered: one that is suspended by hand, or missing, is told of', () => {
  const spec = { slaChecks: ['slow', 'late'].map((name) => ({ name, schedule: '@hourly', maxDuration: '72h', image: 'tool:1' })) };
  const of = (change: (cluster: LiveCluster) => void) => verdict(change, [{ name: 'l2o' }], spec);
  assert.equal(
    of(() => {}),
    { states: 'PPPPPP', lines: [] },
  );
  const { states, lines } = of((cluster) => {
    const [slow, late] = cluster.rights;
    slow!.spec!.suspend = value(true);
    without(cluster, late);
  });
  assert.is(states, 'PFPPPP');
  assert.match(lines.join('\n'), /^error RenderBroken: CronJob "sales\/l2o-sla-slow" spec.suspend: is true, the Process implies false; /);
  assert.match(lines.join('\n'), /\nerror RenderBroken: Process "sales\/l2o" spec: CronJob "l2o-sla-late" is missing; render again$/);
  const unread = of((cluster) => {
    cluster.unreadable.push({ resource: 'cronjobs', namespace: 'sales', problem: problem('ClusterForbidden', 'may not list cronjobs') });
  });
  assert.equal(unread, { states: 'P-PPPP', lines: ['error ClusterForbidden: may not list cronjobs'] });
});

test.run();
