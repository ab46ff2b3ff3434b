import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { checkRendered, verifyRendered } from '../../src/verify/rendered.ts';
import { configMap, deployment, findings, value, without, worker } from './findings.ts';
import { type Broken, type Mutable, partsOf, renderedStream } from './rendered-stream.ts';

const test = suite('verify/rendered');

const harmless: Record<string, (seen: Broken) => void> = {
  'nothing at all': () => {},
  'labels and annotations on everything': (seen) => {
    for (const item of seen.items as Mutable[]) {
      item.metadata!.labels = value({ ...(item.metadata!.labels as object), team: 'a' });
      item.metadata!.annotations = value({ ...(item.metadata!.annotations as object), note: 'b' });
    }
  },
  'labels on the pods': ({ deployment }) => {
    deployment.spec!.template!.metadata!.labels!.team = value('a');
  },
  'common labels overwritten': ({ deployment }) => {
    deployment.metadata!.labels!['app.kubernetes.io/name'] = value('mine');
  },
  'replicas and resources': (seen) => {
    seen.deployment.spec!.replicas = value(7);
    partsOf(seen).worker.resources = value({ requests: { cpu: '2' } });
  },
  "a variable of the user's own": (seen) => {
    partsOf(seen).worker.env = value([...(partsOf(seen).worker.env as unknown as unknown[]), { name: 'MINE', value: 'x' }]);
  },
  'a side-car container': (seen) => {
    partsOf(seen).pod.containers = value([{ name: 'proxy', image: 'proxy:1' }, partsOf(seen).worker]);
  },
  'a volume of the user’s own': (seen) => {
    partsOf(seen).pod.volumes = value([...(partsOf(seen).pod.volumes as unknown as unknown[]), { name: 'mine', emptyDir: {} }]);
  },
  'another namespace for all of them': (seen) => {
    for (const item of seen.items as Mutable[]) item.metadata!.namespace = value('elsewhere');
  },
  "the user's own objects, even twice": (seen) => {
    const own = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'mine' } };
    seen.items.push(own, own);
  },
  'another address where the Process names none': (seen) => {
    partsOf(seen).variable('TEMPORAL_ADDRESS').value = 'other:7233';
  },
  'ConfigMaps renamed together with what names them': (seen) => {
    seen.current.metadata!.name = value('renamed');
    partsOf(seen).sources[0]!.configMap!.name = value('renamed');
  },
  'another order': (seen) => {
    seen.items.reverse();
  },
};

for (const [what, change] of Object.entries(harmless)) {
  test(`passes: ${what}`, () => assert.equal(findings(renderedStream(change)), []));
}

test('the address of a Process that names one is compared', () => {
  const spec = { temporal: { namespace: 'n', taskQueue: 'q', address: 'temporal:7233' } };
  assert.equal(findings(renderedStream(() => {}, spec)), []);
  const changed = renderedStream((seen) => {
    partsOf(seen).variable('TEMPORAL_ADDRESS').value = 'other:7233';
  }, spec);
  assert.equal(findings(changed), [`RenderBroken ${deployment} ${worker}.env[name=TEMPORAL_ADDRESS]`]);
});

test('METRICS_PORT is the Process’s own unless it asks for metrics', () => {
  const own = { worker: { env: [{ name: 'METRICS_PORT', value: '9100' }] } };
  assert.equal(findings(renderedStream(() => {}, own)), []);
  const asked = { observability: { metrics: { port: 9464 } }, worker: { ports: [{ name: 'metrics', containerPort: 9464 }] } };
  const changed = renderedStream((seen) => {
    partsOf(seen).variable('METRICS_PORT').value = '9100';
  }, asked);
  assert.equal(findings(changed), [`RenderBroken ${deployment} ${worker}.env[name=METRICS_PORT]`]);
});

test('two Processes of one name in two namespaces do not get in each other’s way', () => {
  const both = [...renderedStream(), ...renderedStream(() => {}, {}, { namespace: 'finance' })];
  assert.equal(findings(both), []);
  const halved = both.filter(({ kind, metadata }) => !(kind === 'Deployment' && (metadata as Mutable).namespace === value('finance')));
  assert.equal(findings(halved), ['NotRendered Process/l2o']);
});

test('an edited copy is found although another Process has a whole one', () => {
  const other = renderedStream(() => {}, {}, { name: 'other' });
  const edited = renderedStream(({ current }) => {
    current.data!['definition.json'] = value('{}');
  });
  const found = [`ChecksumMismatch ${configMap(3)} data[definition.json]`];
  assert.equal(findings([...edited, ...other]), found);
  assert.equal(findings([...other, ...edited]), found);
});

test('a name that had to be cut is no renaming', () => {
  assert.equal(
    findings(renderedStream(() => {}, {}, { name: 'a-very-long-name-of-a-process-that-does-not-fit-into-a-label-of-kubernetes' })),
    [],
  );
});

test('what could not be compared does not count as compared', () => {
  const states = new Map(
    checkRendered(renderedStream((seen) => without(seen, seen.deployment))).map(({ check, problems }) => [check, problems]),
  );
  for (const check of ['spec', 'image', 'rollout', 'selector', 'env', 'mount']) assert.is(states.get(check), undefined, check);
  assert.equal(states.get('definition'), []);
});

test('a message names both values and the way out', () => {
  const [found] = verifyRendered(
    renderedStream((seen) => {
      partsOf(seen).worker.image = value('other:1');
    }),
  );
  assert.is(
    found!.message,
    'is "other:1", the Process says "ghcr.io/ameide/l2o-process:0.7.0"; set the image in the Process (`images:` does not reach it)',
  );
});

test.run();
