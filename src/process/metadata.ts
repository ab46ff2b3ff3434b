/** metadata of a Process, checked as the API server checks ObjectMeta. */

import { type Problem, problem, type Reason } from '../problem.ts';
import { isObject } from '../resource.ts';
import {
  annotationsLimit,
  invalidAnnotationKey,
  invalidDnsLabel,
  invalidDnsSubdomain,
  invalidLabelKey,
  invalidLabelValue,
} from './kubernetes-names.ts';

/** What a person writes, and what a live object has as well. */
const known: Readonly<Record<string, 'string' | 'map' | 'list' | 'number' | 'time'>> = {
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
  creationTimestamp: 'time',
  deletionTimestamp: 'time',
  deletionGracePeriodSeconds: 'number',
};

const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d([.,]\d+)?(Z|[-+]\d\d:\d\d)$/;

export function checkMetadata(metadata: unknown): Problem[] {
  if (metadata === undefined || metadata === null) return [wrong('FieldMissing', 'metadata.name', 'is required: add it')];
  if (!isObject(metadata)) return [wrong('FieldInvalid', 'metadata', 'must be a mapping')];
  const problems = Object.entries(metadata).flatMap(([key, value]) => checkField(key, value));
  if (problems.some(({ reason }) => reason === 'FieldInvalid')) return problems;
  return [
    ...problems,
    ...checkNames(metadata),
    ...checkLabels(metadata.labels),
    ...checkAnnotations(metadata.annotations),
    ...checkOwners(metadata),
  ];
}

function checkField(key: string, value: unknown): Problem[] {
  const type = Object.hasOwn(known, key) ? known[key] : undefined;
  const at = `metadata.${key}`;
  if (!type) return [wrong('FieldUnknown', at, 'is unknown: correct its name or remove it')];
  if (value === null || value === undefined) return [];
  if (type === 'string' && typeof value !== 'string') return [wrong('FieldInvalid', at, 'must be a string: quote it')];
  if (type === 'time' && !(typeof value === 'string' && rfc3339.test(value)))
    return [wrong('FieldInvalid', at, 'must be a time such as 2026-01-31T12:00:00Z')];
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

/** Who holds an object or owns it; in Git there is seldom either. */
function checkOwners({ finalizers, ownerReferences }: Readonly<Record<string, unknown>>): Problem[] {
  const names = (Array.isArray(finalizers) ? finalizers : []).flatMap((name: unknown, index) => {
    const at = `metadata.finalizers[${index}]`;
    return typeof name === 'string'
      ? refuse('NameInvalid', at, name, invalidLabelKey(name))
      : [wrong('FieldInvalid', at, 'must be a string')];
  });
  const owners = (Array.isArray(ownerReferences) ? ownerReferences : []).flatMap((owner: unknown, index) =>
    ['apiVersion', 'kind', 'name', 'uid'].flatMap((key) =>
      isObject(owner) && typeof owner[key] === 'string' && owner[key] !== ''
        ? []
        : [wrong('FieldMissing', `metadata.ownerReferences[${index}].${key}`, 'is required: add it')],
    ),
  );
  return [...names, ...owners];
}

function refuse(reason: Reason, path: string, found: string, legal: string | undefined): Problem[] {
  if (!legal) return [];
  const shown = found.length > 100 ? `${found.slice(0, 100)}…` : found;
  return [problem(reason, `found "${shown}", must be ${legal}`, { field: { path, currentValue: shown } })];
}

function wrong(reason: Reason, path: string, message: string): Problem {
  return problem(reason, message, { field: { path } });
}
