/** metadata of a Process, checked as the API server checks ObjectMeta. */
import {
  annotationsLimit,
  invalidAnnotationKey,
  invalidDnsLabel,
  invalidDnsSubdomain,
  invalidLabelKey,
  invalidLabelValue,
} from './kubernetes-names.ts';
import { type Problem, problem, type Reason } from './problem.ts';
import { isObject } from './resource.ts';

/** What a person writes, and what a live object has as well. */
const known: Readonly<Record<string, 'string' | 'map' | 'list' | 'number' | 'any'>> = {
  name: 'string',
  namespace: 'string',
  labels: 'map',
  annotations: 'map',
  generateName: 'string',
  finalizers: 'list',
  ownerReferences: 'list',
  managedFields: 'list',
  uid: 'string',
  resourceVersion: 'string',
  selfLink: 'string',
  generation: 'number',
  creationTimestamp: 'string',
  deletionTimestamp: 'string',
  deletionGracePeriodSeconds: 'number',
};

export function checkMetadata(metadata: unknown): Problem[] {
  if (metadata === undefined || metadata === null) return [wrong('FieldMissing', 'metadata.name', 'is required: add it')];
  if (!isObject(metadata)) return [wrong('FieldInvalid', 'metadata', 'must be a mapping')];
  const problems = Object.entries(metadata).flatMap(([key, value]) => checkField(key, value));
  if (problems.some(({ reason }) => reason === 'FieldInvalid')) return problems;
  return [...problems, ...checkNames(metadata), ...checkLabels(metadata.labels), ...checkAnnotations(metadata.annotations)];
}

function checkField(key: string, value: unknown): Problem[] {
  const type = Object.hasOwn(known, key) ? known[key] : undefined;
  const at = `metadata.${key}`;
  if (!type) return [wrong('FieldUnknown', at, 'is unknown: correct its name or remove it')];
  if (value === null || value === undefined) return [];
  if (type === 'string' && typeof value !== 'string') return [wrong('FieldInvalid', at, 'must be a string: quote it')];
  if (type === 'number' && !Number.isInteger(value)) return [wrong('FieldInvalid', at, 'must be a whole number')];
  if (type === 'list' && !Array.isArray(value)) return [wrong('FieldInvalid', at, 'must be a list')];
  if (type !== 'map') return [];
  if (!isObject(value)) return [wrong('FieldInvalid', at, 'must be a mapping of strings')];
  return Object.entries(value).flatMap(([name, entry]) =>
    typeof entry === 'string' || entry === null ? [] : [wrong('FieldInvalid', `${at}[${name}]`, 'must be a string: quote it')],
  );
}

function checkNames({ name, namespace }: Readonly<Record<string, unknown>>): Problem[] {
  const problems: Problem[] = [];
  if (typeof name !== 'string' || name === '') problems.push(wrong('FieldMissing', 'metadata.name', 'is required: add it'));
  else problems.push(...refuse('NameInvalid', 'metadata.name', name, invalidDnsSubdomain(name)));
  if (typeof namespace === 'string' && namespace !== '')
    problems.push(...refuse('NameInvalid', 'metadata.namespace', namespace, invalidDnsLabel(namespace)));
  return problems;
}

function checkLabels(labels: unknown): Problem[] {
  return Object.entries(isObject(labels) ? labels : {}).flatMap(([key, value]) => {
    const at = `metadata.labels[${key}]`;
    return [
      ...refuse('LabelInvalid', at, key, invalidLabelKey(key)),
      ...refuse('LabelInvalid', at, String(value ?? ''), invalidLabelValue(String(value ?? ''))),
    ];
  });
}

function checkAnnotations(annotations: unknown): Problem[] {
  const entries = Object.entries(isObject(annotations) ? annotations : {});
  const problems = entries.flatMap(([key]) => refuse('LabelInvalid', `metadata.annotations[${key}]`, key, invalidAnnotationKey(key)));
  const size = entries.reduce((sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(String(value ?? '')), 0);
  if (size <= annotationsLimit) return problems;
  return [
    ...problems,
    wrong('LabelInvalid', 'metadata.annotations', `have ${size} bytes together, at most ${annotationsLimit} are allowed: shorten them`),
  ];
}

function refuse(reason: Reason, path: string, found: string, legal: string | undefined): Problem[] {
  if (!legal) return [];
  const shown = found.length > 100 ? `${found.slice(0, 100)}…` : found;
  return [problem(reason, `found "${shown}", must be ${legal}`, { field: { path, currentValue: shown } })];
}

function wrong(reason: Reason, path: string, message: string): Problem {
  return problem(reason, message, { field: { path } });
}
