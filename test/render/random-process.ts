/** Random Processes with random strings wherever the schema lets any string pass, and other people's items around them. */
import fc from 'fast-check';
import { dump } from 'js-yaml';
import type { Resource } from '../../src/resource.ts';
import { nastyStrings } from '../yaml/random-yaml.ts';

/** Strings that a JSON document may hold and that YAML has to write with care. */
const anyText = fc.oneof(
  fc.constantFrom(...nastyStrings.filter((text) => !text.includes('\u0000'))),
  fc.string({ unit: 'grapheme', maxLength: 12 }),
);

const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const variables = fc.uniqueArray(fc.record({ name: fc.stringMatching(/^MY_[A-Z]{1,4}$/), value: anyText }), {
  maxLength: 3,
  selector: ({ name }) => name,
});
const annotations = fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), anyText, { maxKeys: 3, noNullPrototype: true });

const worker = fc.record(
  {
    replicas: fc.nat(5),
    env: variables,
    podAnnotations: annotations,
    args: fc.array(fc.constantFrom('--on', 'yes', '0o17', '12:30:45', '1e3', '007', '-', '#a'), { maxLength: 3 }),
    terminationGracePeriodSeconds: fc.nat(300),
    nodeSelector: fc.constantFrom({ pool: 'on' }, { pool: '1' }, { 'a.b/c': 'null' }),
  },
  { requiredKeys: [] },
);

/** What varies of a Process; its name and place come from its position. */
const shape = fc.record({
  worker: optional(worker),
  strategy: optional(fc.constantFrom('RollingUpdate', 'Recreate', 'Canary')),
  version: optional(fc.integer({ min: 1, max: 3 })),
  namespace: optional(fc.constantFrom('sales', 'on', 'north-1')),
  tenantLabel: optional(fc.constantFrom('t123', 'on', '1e3', '007')),
  taskQueue: fc.stringMatching(/^[a-z][a-zA-Z0-9 ü/:.-]{0,9}[a-z]$/),
  comment: optional(fc.stringMatching(/^[a-z ]{1,9}$/)),
});

type Shape = typeof shape extends fc.Arbitrary<infer T> ? T : never;

function withoutUndefined(value: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined));
}

const canary = { image: 'registry.example/worker:2', replayCompatible: true };

function processOf({ worker: settings, strategy, version, namespace, tenantLabel, taskQueue }: Shape, at: number): Resource {
  const name = `process-${at}`;
  return {
    apiVersion: 'ameide.io/v1',
    kind: 'Process',
    metadata: withoutUndefined({
      name,
      namespace,
      labels: tenantLabel && { 'ameide.io/tenant-id': tenantLabel },
      annotations: { 'internal.config.kubernetes.io/path': `dir/${name}.yaml`, 'internal.config.kubernetes.io/index': '0' },
    }),
    spec: withoutUndefined({
      image: 'registry.example/worker:1',
      definitionRef: withoutUndefined({ id: 'L2O_v3', tenantId: 't123', version }),
      temporal: { namespace: 'sales', taskQueue },
      worker: settings,
      rollout: strategy && { strategy, ...(strategy === 'Canary' && settings?.replicas !== 0 && { canary }) },
    }),
  };
}

/** Text of an item as somebody else wrote it, to be found again unchanged. */
const foreign = [
  '# mine\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}   # mine\ndata:\n\n    on:   "yes"\n',
  'apiVersion: v1\nkind: Pod\nmetadata:\n  name: b\nspec: {big: 9007199254740993, octal: 0644, f: 1.0}\n',
  'kind: X\n"apiVersion": \'x/v1\'\nmetadata: &m {name: c}\nagain: *m\ntext: |+\n  kept\n\n',
] as const;

export interface RandomList {
  /** Texts of items, each beginning in column 0. */
  readonly items: readonly string[];
  readonly foreign: readonly string[];
}

export const randomList: fc.Arbitrary<RandomList> = fc
  .record({ shapes: fc.array(shape, { minLength: 1, maxLength: 4 }), others: fc.subarray([...foreign]), indent: fc.constantFrom(2, 4) })
  .map(({ shapes, others, indent }) => {
    const processes = shapes.map(
      (one, at) => `${one.comment ? `# ${one.comment}\n` : ''}${dump(processOf(one, at), { indent, lineWidth: -1, quoteStyle: 'double' })}`,
    );
    return { items: [...processes, ...others], foreign: others };
  });

/** A ResourceList of these items whose function configuration looks definitions up in the examples. */
export function listOf(items: readonly string[]): string {
  const config = '{apiVersion: fn.ameide.io/v1, kind: ProcessRender, metadata: {name: r}, spec: {source: examples/definitions}}';
  return `apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nfunctionConfig: ${config}\nitems:\n${items.map(asItem).join('')}`;
}

/** Comments first, as kpt gives them, then the dash. */
export function asItem(text: string): string {
  const lines = text.split('\n');
  const first = lines.findIndex((line) => line !== '' && !line.startsWith('#'));
  return lines.map((line, at) => (line === '' ? '' : at === first ? `- ${line}` : `  ${line}`)).join('\n');
}
