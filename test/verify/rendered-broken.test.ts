/** What each break of a rendered stream is found as: all of it, and nothing more. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { configMap, deployment, findings, generatedFor, hexOf, renderedFrom, sources, value, without, worker } from './findings.ts';
import { type Broken, type Mutable, partsOf, renderedStream } from './rendered-stream.ts';

const test = suite('verify/rendered-broken');

const broken: Record<string, [change: (seen: Broken) => void, found: string[]]> = {
  'the function was skipped': [(seen) => without(seen, seen.deployment), ['NotRendered Process/l2o']],
  'the function was skipped, nothing but the Process': [
    (seen) => without(seen, seen.deployment, seen.current, seen.retained),
    [
      'DefinitionBytesMissing Process/l2o spec.definitionRef.pin',
      'RetainedBytesMissing Process/l2o spec.definitionRef.retained[0]',
      'NotRendered Process/l2o',
    ],
  ],
  'the bytes were edited': [
    ({ current }) => {
      current.data!['definition.json'] = value('{}');
    },
    ['ChecksumMismatch Process/l2o spec.definitionRef.pin'],
  ],
  'no replicas': [
    (seen) => {
      seen.deployment.spec!.replicas = value(0);
    },
    [`RenderBroken ${deployment} spec.replicas`],
  ],
  'another strategy, and paused': [
    (seen) => {
      seen.deployment.spec!.strategy = value({ type: 'Recreate' });
      seen.deployment.spec!.paused = value(true);
    },
    [`RenderBroken ${deployment} spec.strategy.type`, `RenderBroken ${deployment} spec.paused`],
  ],
  'another command': [
    (seen) => {
      partsOf(seen).worker.command = value(['sleep', 'inf']);
    },
    [`RenderBroken ${deployment} ${worker}.command`],
  ],
  'a mount that hides a definition': [
    (seen) => {
      partsOf(seen).worker.volumeMounts = value([
        { name: 'definition', mountPath: '/etc/process-definition' },
        { name: 'tmp', mountPath: `/etc/process-definition/${hexOf(2)}` },
      ]);
    },
    [`RenderBroken ${deployment} ${worker}.volumeMounts`],
  ],
  'the retained bytes were edited': [
    ({ retained }) => {
      retained.data = value({});
    },
    ['ChecksumMismatch Process/l2o spec.definitionRef.retained[0]'],
  ],
  'the version of the ConfigMap': [
    ({ current }) => {
      current.metadata!.annotations!['ameide.io/definition-version'] = value('4');
    },
    ['PinMismatch Process/l2o spec.definitionRef.pin'],
  ],
  'the tenant of the ConfigMap': [
    ({ current }) => {
      current.metadata!.annotations!['ameide.io/definition-tenant'] = value('acme');
    },
    ['PinMismatch Process/l2o spec.definitionRef.pin'],
  ],
  'the id of the ConfigMap': [
    ({ current }) => {
      current.metadata!.annotations!['ameide.io/definition-id'] = value('X');
    },
    ['DefinitionBytesMissing Process/l2o spec.definitionRef.pin'],
  ],
  'a ConfigMap that may be edited': [
    ({ current }) => {
      delete current.immutable;
    },
    [`RenderBroken ${configMap(3)} immutable`],
  ],
  'the current ConfigMap is gone': [
    (seen) => without(seen, seen.current),
    ['DefinitionBytesMissing Process/l2o spec.definitionRef.pin', `RenderBroken ${deployment} ${sources}`],
  ],
  'the volume names a ConfigMap that is not there': [
    (seen) => {
      partsOf(seen).sources[0]!.configMap!.name = value('gone');
    },
    [`RenderBroken ${deployment} ${sources}`],
  ],
  'the volume gives the retained definition as the current one': [
    (seen) => {
      partsOf(seen).sources[0]!.configMap!.name = partsOf(seen).sources[1]!.configMap!.name!;
    },
    [
      `RenderBroken ${deployment} ${sources}[path=definition.json]`,
      `RenderBroken ${deployment} ${sources}[path=${hexOf(3)}/definition.json]`,
    ],
  ],
  'a retained version is not mounted': [
    (seen) => {
      partsOf(seen).pod.volumes![0]!.projected!.sources = value(partsOf(seen).sources.slice(0, 1));
    },
    [`RenderBroken ${deployment} ${sources}[path=${hexOf(2)}/definition.json]`],
  ],
  'a definition without which the pods would start': [
    (seen) => {
      partsOf(seen).sources[1]!.configMap!.name = value('gone');
      partsOf(seen).sources[1]!.configMap!.optional = value(true);
    },
    [`RenderBroken ${deployment} ${sources}[path=${hexOf(2)}/definition.json]`],
  ],
  'two sources for one file': [
    (seen) => {
      partsOf(seen).pod.volumes![0]!.projected!.sources = value([...partsOf(seen).sources, partsOf(seen).sources[1]]);
    },
    [`RenderBroken ${deployment} ${sources}[path=${hexOf(2)}/definition.json]`],
  ],
  'the mount is gone': [
    (seen) => {
      partsOf(seen).worker.volumeMounts = value([]);
    },
    [`RenderBroken ${deployment} ${worker}.volumeMounts`],
  ],
  'the mount shows a part only': [
    (seen) => {
      partsOf(seen).worker.volumeMounts![0]!.subPath = value('x');
    },
    [`RenderBroken ${deployment} ${worker}.volumeMounts`],
  ],
  'the image of the Deployment': [
    (seen) => {
      partsOf(seen).worker.image = value('other:1');
    },
    [`RenderBroken ${deployment} ${worker}.image`],
  ],
  'the image of the Process': [
    ({ process }) => {
      process.spec!.image = value('other:1');
    },
    [`RenderBroken Process/l2o ${renderedFrom}`, `RenderBroken ${deployment} ${worker}.image`],
  ],
  'the worker container is renamed': [
    (seen) => {
      partsOf(seen).worker.name = value('main');
    },
    [`RenderBroken ${deployment} ${worker}`, ...variables().map((name) => `RenderBroken ${deployment} ${worker}.env[name=${name}]`)],
  ],
  'a label in the selector': [
    ({ deployment }) => {
      deployment.spec!.selector!.matchLabels!.team = value('a');
    },
    [`RenderBroken ${deployment} spec.selector`],
  ],
  'a selector by expressions': [
    ({ deployment }) => {
      deployment.spec!.selector!.matchExpressions = value([]);
    },
    [`RenderBroken ${deployment} spec.selector`],
  ],
  'a label of the pods': [
    ({ deployment }) => {
      deployment.spec!.template!.metadata!.labels!['ameide.io/track'] = value('canary');
    },
    [`RenderBroken ${deployment} spec.template.metadata.labels[ameide.io/track]`],
  ],
  'the label by which the Deployment is found': [
    ({ deployment }) => {
      deployment.metadata!.labels!['ameide.io/process'] = value('x');
    },
    [`RenderBroken ${deployment} metadata.labels[ameide.io/process]`],
  ],
  'a variable of ours': [
    (seen) => {
      partsOf(seen).variable('TASK_QUEUE').value = 'other';
    },
    [`RenderBroken ${deployment} ${worker}.env[name=TASK_QUEUE]`],
  ],
  'a variable of ours that the Process does not want': [
    (seen) => {
      partsOf(seen).worker.env = value([...(partsOf(seen).worker.env as unknown as unknown[]), { name: 'TEMPORAL_TLS', value: 'true' }]);
    },
    [`RenderBroken ${deployment} ${worker}.env[name=TEMPORAL_TLS]`],
  ],
  'a variable of ours twice': [
    (seen) => {
      partsOf(seen).worker.env = value([...(partsOf(seen).worker.env as unknown as unknown[]), { name: 'TENANT_ID', value: 't123' }]);
    },
    [`RenderBroken ${deployment} ${worker}.env[name=TENANT_ID]`],
  ],
  'no address at all': [
    (seen) => {
      partsOf(seen).variable('TEMPORAL_ADDRESS').value = '';
    },
    [`RenderBroken ${deployment} ${worker}.env[name=TEMPORAL_ADDRESS]`],
  ],
  'the queue of the Process': [
    ({ process }) => {
      process.spec!.temporal!.taskQueue = value('other');
    },
    [
      `RenderBroken Process/l2o ${renderedFrom}`,
      `RenderBroken ${deployment} spec.selector`,
      `RenderBroken ${deployment} spec.template.metadata.labels[ameide.io/queue]`,
      `RenderBroken ${deployment} ${worker}.env[name=TASK_QUEUE]`,
      `RenderBroken ${deployment} ${worker}.env[name=TEMPORAL_TASK_QUEUE]`,
    ],
  ],
  'a change of the spec that shows nowhere else': [
    ({ process }) => {
      process.spec!.worker = value({ replicas: 2 });
    },
    [`RenderBroken Process/l2o ${renderedFrom}`],
  ],
  'the Process lost what it was rendered from': [
    ({ process }) => {
      delete process.metadata!.annotations;
    },
    [`RenderBroken Process/l2o ${renderedFrom}`],
  ],
  'a Deployment of another render': [
    ({ deployment }) => {
      deployment.metadata!.annotations!['ameide.io/rendered-from'] = value('0123456789abcdef');
    },
    [`RenderBroken ${deployment} ${renderedFrom}`],
  ],
  'a prefix on all names': [
    (seen) => {
      for (const item of seen.items as Mutable[]) item.metadata!.name = value(`prod-${item.metadata!.name}`);
      for (const source of partsOf(seen).sources) source.configMap!.name = value(`prod-${source.configMap!.name}`);
    },
    ['RenderBroken Process/prod-l2o metadata.name'],
  ],
  'another name of the Deployment': [
    ({ deployment }) => {
      deployment.metadata!.name = value('my-l2o');
    },
    ['RenderBroken Deployment/my-l2o metadata.name'],
  ],
  'a name of the Deployment that has nothing of the Process’s': [
    ({ deployment }) => {
      deployment.metadata!.name = value('mine');
    },
    ['NotRendered Process/l2o'],
  ],
  'another namespace of the Deployment': [
    ({ deployment }) => {
      deployment.metadata!.namespace = value('x');
    },
    [`RenderBroken ${deployment} metadata.namespace`],
  ],
  'two Deployments': [
    (seen) => {
      seen.items.push({ ...seen.deployment, metadata: { ...(seen.deployment.metadata as object), name: 'l2o-second' } });
    },
    ['RenderBroken Deployment/l2o-second metadata.name'],
  ],
  'the same Deployment twice': [
    (seen) => {
      seen.items.push(seen.deployment);
    },
    [`RenderBroken ${deployment} metadata.name`, `RenderBroken ${deployment}`],
  ],
  'the Process is gone': [
    (seen) => without(seen, seen.process),
    [
      `RenderBroken ${configMap(3)} ${generatedFor}`,
      `RenderBroken ${configMap(2)} ${generatedFor}`,
      `RenderBroken ${deployment} ${generatedFor}`,
    ],
  ],
  'the Process twice': [
    (seen) => {
      seen.items.push(seen.process);
    },
    ['ProcessDuplicate Process/l2o'],
  ],
  'the Process has no pin': [
    ({ process }) => {
      delete process.spec!.definitionRef!.pin;
      delete process.spec!.definitionRef!.retained;
    },
    ['PinMissing Process/l2o spec.definitionRef.pin'],
  ],
  'the pin is for another version': [
    ({ process }) => {
      process.spec!.definitionRef!.version = value(1);
    },
    ['PinMismatch Process/l2o spec.definitionRef.pin.version'],
  ],
  'the Process is invalid, and has no workers': [
    (seen) => {
      seen.process.spec!.imagee = value('x');
      without(seen, seen.deployment);
    },
    ['FieldUnknown Process/l2o spec.imagee', 'NotRendered Process/l2o'],
  ],
  'everything at once is told at once': [
    (seen) => {
      partsOf(seen).worker.image = value('other:1');
      partsOf(seen).variable('LOG_LEVEL').value = 'debug';
      seen.deployment.spec!.selector!.matchLabels!.team = value('a');
      seen.current.immutable = value(false);
    },
    [
      `RenderBroken ${configMap(3)} immutable`,
      `RenderBroken ${deployment} ${worker}.image`,
      `RenderBroken ${deployment} spec.selector`,
      `RenderBroken ${deployment} ${worker}.env[name=LOG_LEVEL]`,
    ],
  ],
};

/** Those that every worker has. */
function variables(): string[] {
  let env: string[] = [];
  renderedStream((seen) => {
    env = (partsOf(seen).worker.env as unknown as { name: string }[]).map(({ name }) => name);
  });
  return env;
}

for (const [what, [change, found]] of Object.entries(broken)) {
  test(`fails: ${what}`, () => assert.equal(findings(renderedStream(change)).sort(), [...found].sort()));
}

test.run();
