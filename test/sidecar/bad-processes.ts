/** Processes as nobody should write them: of an older CRD, enormous, and with hostile text in each field that takes text. */
import { readFileSync } from 'node:fs';
import { load } from 'js-yaml';
import { isObject } from '../../src/resource.ts';
import { kubernetesSchema as schema } from '../../src/yaml/schema.ts';
import type { KubeObject } from '../testbed/api.ts';
import { crdFile, processOf } from './live-bed.ts';

/** What ends strings, lines, queries, paths, commands, templates and terminals' colours in the one or the other language. */
export const hostile = `' OR 1=1 --"\\\n\r\t\u0000\u001b[31m\u2028\u202e../..%2f?a=b&c#$(id)\`id\`{{.}}\${x}<b>é😀 {"a":1}`;

type Json = Readonly<Record<string, unknown>>;

export function readCrd(): KubeObject {
  return load(readFileSync(crdFile, 'utf8'), { schema }) as KubeObject;
}

/** The same kind as some older version may have had it: anything goes. */
export function openCrd(): KubeObject {
  const crd = readCrd() as KubeObject & { spec: { versions: Json[] } };
  const openAPIV3Schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  return { ...crd, spec: { ...crd.spec, versions: crd.spec.versions.map((version) => ({ ...version, schema: { openAPIV3Schema } })) } };
}

/** By name what differs from a Process that is well: a whole spec that no longer fits the schema. */
export function ofOlderCrds(): KubeObject[] {
  const { spec } = processOf('any') as KubeObject & { spec: Json };
  const specs = {
    'no-spec': undefined,
    'null-spec': null,
    'spec-is-text': hostile,
    'spec-is-a-list': [hostile],
    'spec-is-empty': {},
    'other-fields': { runtime: 'v0', queue: 'orders', workers: 3 },
    'fields-gone': { ...spec, image: undefined, definitionRef: undefined },
    'required-gone': requiredGone(spec),
    'list-keys-gone': { ...spec, worker: { ports: [{ name: 'http' }], topologySpreadConstraints: [{ minDomains: 2 }] } },
    'schedules-gone': schedulesGone(spec),
    'canary-gone': {
      ...spec,
      image: undefined,
      definitionRef: {},
      rollout: { strategy: 'Canary', canary: { image: 'one', version: 2, pin: {} } },
    },
    'fields-unknown': { ...spec, engine: { name: hostile, [hostile]: hostile } },
    'other-types': { ...spec, image: 7, definitionRef: [], temporal: 'nope', worker: [], dependencies: { domains: 'sales', agents: [3] } },
    'temporal-of-other-types': { ...spec, temporal: { namespace: {}, taskQueue: [1], address: 7233, tls: true, apiKeySecretRef: 'key' } },
    'two-of-one-name': {
      ...spec,
      worker: { env: [{ name: 'A' }, { name: 'A' }] },
      dependencies: { domains: [{ name: 'a' }, { name: 'a' }] },
    },
    deep: { ...spec, nested: nested(500) },
  };
  return Object.entries(specs).map(([name, old]) => ({ ...processOf(name), spec: old }));
}

/** What rules look at and the schema requires, absent wherever a rule may look for it. */
function requiredGone(spec: Json): Json {
  const checksum = `sha256:${'0'.repeat(64)}`;
  const matchExpressions = [{ key: 'pool' }];
  const term = { topologyKey: 'zone', labelSelector: { matchExpressions }, namespaceSelector: { matchExpressions } };
  const affinity = { requiredDuringSchedulingIgnoredDuringExecution: [term] };
  const worker = {
    env: [{ name: 'CPUS', valueFrom: { resourceFieldRef: { divisor: '1' } } }],
    affinity: {
      nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions }] } },
      podAffinity: affinity,
      podAntiAffinity: affinity,
    },
    topologySpreadConstraints: [{ topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule', labelSelector: { matchExpressions } }],
  };
  const definitionRef = { tenantId: 't123', version: 3, pin: { checksum }, retained: [{ checksum: checksum.replace('0', '1') }] };
  return { ...spec, definitionRef, temporal: { address: 'temporal:7233' }, worker };
}

/** Of checks, cleanups and metrics what rules look at, absent, and as no rule can read it. */
function schedulesGone(spec: Json): Json {
  const unreadable = { name: 'unreadable', schedule: 'never-ever *-5', maxDuration: 'soon', olderThan: 'old' };
  return {
    ...spec,
    temporal: { namespace: 'sales-process' },
    slaChecks: [{ name: 'gone' }, unreadable],
    cleanups: [{ name: 'gone' }, unreadable],
    observability: { metrics: {} },
  };
}

function nested(depth: number): object {
  let inner: object = {};
  for (let left = depth; left > 0; left--) inner = { inner };
  return inner;
}

/** Near what the API server takes: 1.5 MiB and no object more. */
export function enormous(): KubeObject[] {
  const { spec } = processOf('any') as KubeObject & { spec: Json };
  const env = Array.from({ length: 9_000 }, (_, at) => ({ name: `no name ${at}`, value: hostile.replaceAll('\u0000', '') }));
  const values = Array.from({ length: 7 }, (_, at) => ({ name: `V${at}`, value: 'v'.repeat(131_072) }));
  return [
    { ...processOf('enormous-text'), spec: { ...spec, engine: 'x'.repeat(950_000) } },
    { ...processOf('enormous-list'), spec: { ...spec, worker: { env } } },
    { ...processOf('enormous-fields'), spec: { ...spec, ...Object.fromEntries(env.map(({ name, value }) => [name, value])) } },
    { ...processOf('enormous-valid'), spec: { ...spec, worker: { env: values } } },
  ];
}

/** One for each field of the schema that takes any text, hostile there and well everywhere else; and one that is hostile everywhere. */
export function withHostileText(): KubeObject[] {
  const { versions } = (readCrd() as KubeObject & { spec: { versions: Json[] } }).spec;
  const whole = (versions[0]!.schema as { openAPIV3Schema: { properties: { spec: Json } } }).openAPIV3Schema.properties.spec;
  const { spec } = processOf('any') as KubeObject & { spec: Json };
  const places = textPlaces(whole);
  const each = places.map((place, at) => ({ ...processOf(`hostile-${at}`), spec: put(spec, place) as Json }));
  const everywhere = places.reduce<unknown>((hostileSoFar, place) => put(hostileSoFar, place), spec);
  return [...each, { ...processOf('hostile-everywhere'), spec: everywhere as Json }];
}

/** The way to a text: the key, and what else must be there beside it. */
type Place = readonly { readonly key: string | 0; readonly beside: Json }[];

function textPlaces(of: Json, place: Place = []): Place[] {
  if (of.type === 'string' || of['x-kubernetes-int-or-string'] === true) return of.enum ? [] : [place];
  const beside = least(of);
  if (of.type === 'array') return textPlaces(of.items as Json, [...place, { key: 0, beside }]);
  const named = Object.entries(propertiesOf(of)).flatMap(([key, inner]) => textPlaces(inner, [...place, { key, beside }]));
  const free = isObject(of.additionalProperties) ? textPlaces(of.additionalProperties, [...place, { key: 'any', beside }]) : [];
  return [...named, ...free];
}

function propertiesOf(of: Json): Readonly<Record<string, Json>> {
  return (of.properties ?? {}) as Record<string, Json>;
}

function least(of: Json): Json {
  const required = Object.entries(propertiesOf(of)).filter(([key]) => ((of.required ?? []) as string[]).includes(key));
  return Object.fromEntries(required.map(([key, inner]) => [key, sample(inner)]));
}

function sample(of: Json): unknown {
  if (of.type === 'object') return least(of);
  if (of.type === 'array') return [sample(of.items as Json)];
  if (of.type === 'string') return of.enum ? (of.enum as string[])[0] : 'a';
  return of.type === 'boolean' ? true : (of.minimum ?? 1);
}

function put(into: unknown, [step, ...rest]: Place): unknown {
  if (!step) return hostile;
  const { key, beside } = step;
  if (key === 0) return [put(Array.isArray(into) ? into[0] : undefined, rest)];
  const known: Json = isObject(into) ? into : beside;
  return { ...known, [key]: put(known[key], rest) };
}
