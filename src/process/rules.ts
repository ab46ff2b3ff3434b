/**
 * The rules that span fields: each is the twin of one rule of the CRD's x-kubernetes-validations, with the same place, message and
 * verdict. A test compares the two lists; the API server and these judge one table of cases.
 *
 * A rule holds where a field that the schema requires is absent: the schema says so already, and a CEL rule that looks for what is not there
 * fails, so that a live Process of an older CRD could not even take a status.
 */

import { metricsPort } from '../metrics-port.ts';
import { canaryRules } from './canary-rules.ts';
import { invalidAnnotationKey, invalidLabelKey } from './kubernetes-names.ts';
import { compareQuantities, isWholeQuantity } from './quantity.ts';
import { everywhere, has, path, type Rule, type TransitionRule, type Value } from './rule.ts';
import { scheduleRules } from './schedule-rules.ts';

const count = (value: Value, keys: readonly string[]): number => keys.filter((key) => has(value, key)).length;
const isFilled = (list: readonly unknown[] | undefined): boolean => (list?.length ?? 0) > 0;
const keysOf = (value: Value): string[] => Object.keys(value);

const worker = 'spec.worker.';
const preferred = 'preferredDuringSchedulingIgnoredDuringExecution';
const required = 'requiredDuringSchedulingIgnoredDuringExecution';
const nodeTerms = [
  `${worker}affinity.nodeAffinity.${preferred}.*.preference`,
  `${worker}affinity.nodeAffinity.${required}.nodeSelectorTerms.*`,
];
const podTerms = ['podAffinity', 'podAntiAffinity'].flatMap((kind) => [
  `${worker}affinity.${kind}.${preferred}.*.podAffinityTerm`,
  `${worker}affinity.${kind}.${required}.*`,
]);
const selectors = [
  ...podTerms.flatMap((term) => [`${term}.labelSelector`, `${term}.namespaceSelector`]),
  `${worker}topologySpreadConstraints.*.labelSelector`,
];

const definitionRules: readonly Rule[] = [
  {
    at: path('spec.definitionRef'),
    message: 'the pin is for another id: run `ameide-process pin`',
    fieldPath: '.pin.id',
    reason: 'PinMismatch',
    holds: ({ pin, id }) => !pin || pin.id === undefined || id === undefined || pin.id === id,
  },
  {
    at: path('spec.definitionRef'),
    message: 'the pin is for another version: run `ameide-process pin`',
    fieldPath: '.pin.version',
    reason: 'PinMismatch',
    holds: ({ pin, version }) => !pin || pin.version === undefined || version === undefined || pin.version === version,
  },
  {
    at: path('spec.definitionRef'),
    message: 'the pin is among the retained pins as well: remove it there',
    fieldPath: '.retained',
    holds: ({ pin, retained }) => !pin?.checksum || !retained?.some(({ checksum }: Value) => checksum === pin.checksum),
  },
];

const temporalRules: readonly Rule[] = [
  {
    at: path('spec.temporal'),
    message: 'task queues under /_sys/ are reserved by Temporal',
    fieldPath: '.taskQueue',
    holds: ({ taskQueue }) => !taskQueue?.startsWith('/_sys/'),
  },
];

const valueSources = ['configMapKeyRef', 'fieldRef', 'resourceFieldRef', 'secretKeyRef'];
const envRules: readonly Rule[] = [
  {
    at: path(`${worker}env.*`),
    message: 'value and valueFrom exclude each other',
    fieldPath: '.valueFrom',
    holds: (entry) => !(has(entry, 'value') && has(entry, 'valueFrom')),
  },
  {
    at: path(`${worker}env.*.valueFrom`),
    message: 'valueFrom needs exactly one of configMapKeyRef, fieldRef, resourceFieldRef and secretKeyRef',
    holds: (from) => count(from, valueSources) === 1,
  },
  {
    at: path(`${worker}env.*.valueFrom.resourceFieldRef`),
    message: 'divisor must be 1 or 1m for cpu; 1 or a unit such as 1Mi for memory and ephemeral-storage',
    fieldPath: '.divisor',
    holds: ({ divisor, resource }) =>
      divisor === undefined || resource === undefined || `${divisor}` === '1' || resource.endsWith('.cpu') === (divisor === '1m'),
  },
  {
    at: path(`${worker}envFrom.*`),
    message: 'an entry of envFrom needs exactly one of configMapRef and secretRef',
    holds: (entry) => has(entry, 'configMapRef') !== has(entry, 'secretRef'),
  },
];

const portKey = ({ containerPort, protocol = 'TCP' }: Value): string => `${containerPort}/${protocol}`;
const containerRules: readonly Rule[] = [
  {
    at: path(`${worker}ports`),
    message: 'two ports have the same containerPort and protocol',
    holds: (ports) => {
      const numbered = ports.filter((port: Value) => has(port, 'containerPort'));
      return new Set(numbered.map(portKey)).size === numbered.length;
    },
  },
  ...everywhere([`${worker}livenessProbe`, `${worker}readinessProbe`, `${worker}startupProbe`], {
    message: 'a probe needs exactly one of exec, grpc, httpGet and tcpSocket',
    holds: (probe) => count(probe, ['exec', 'grpc', 'httpGet', 'tcpSocket']) === 1,
  }),
];

const metricsRules: readonly Rule[] = [
  {
    at: path('spec'),
    message: 'metrics are served on one of worker.ports with protocol TCP, and none has this name or number',
    fieldPath: '.observability.metrics.port',
    holds: (spec) => !spec.observability?.metrics || metricsPort(spec) !== undefined,
  },
];

const isHuge = (name: string): boolean => name.startsWith('hugepages-');
const isExtended = (name: string): boolean => name.includes('/');
const standardResource = /^(cpu|memory|ephemeral-storage|hugepages-[A-Za-z0-9]([-A-Za-z0-9_.]{0,51}[A-Za-z0-9])?)$/;

function isResourceName(name: string): boolean {
  if (!isExtended(name)) return standardResource.test(name);
  return !invalidLabelKey(name) && name.indexOf('/') <= 244 && !name.includes('kubernetes.io/') && !name.startsWith('requests.');
}

const resourceRules: readonly Rule[] = [
  ...everywhere([`${worker}resources.limits`, `${worker}resources.requests`], {
    message: 'each name must be cpu, memory, ephemeral-storage, hugepages-SIZE, or a domain-prefixed extended resource',
    holds: (list) => keysOf(list).every(isResourceName),
  }),
  {
    at: path(`${worker}resources`),
    message: 'no request may be greater than its limit',
    fieldPath: '.requests',
    holds: ({ requests = {}, limits = {} }) =>
      keysOf(requests).every((name) => !has(limits, name) || compareQuantities(requests[name], limits[name]) <= 0),
  },
  {
    at: path(`${worker}resources`),
    message: 'requests of hugepages and extended resources must equal their limits',
    fieldPath: '.requests',
    holds: ({ requests = {}, limits = {} }) =>
      keysOf(requests).every(
        (name) => !(isExtended(name) || isHuge(name)) || (has(limits, name) && compareQuantities(requests[name], limits[name]) === 0),
      ),
  },
  {
    at: path(`${worker}resources`),
    message: 'extended resources take whole numbers',
    holds: ({ requests = {}, limits = {} }) =>
      [requests, limits].every((list) => keysOf(list).every((name) => !isExtended(name) || isWholeQuantity(list[name]))),
  },
  {
    at: path(`${worker}resources`),
    message: 'hugepages need cpu or memory as well',
    holds: ({ requests = {}, limits = {} }) => {
      const names = [...keysOf(requests), ...keysOf(limits)];
      return !names.some(isHuge) || names.includes('cpu') || names.includes('memory');
    },
  },
];

const labelKeys = 'each key must be a label key: an optional DNS prefix and a slash, then at most 63 letters, digits, "-", "_" or "."';
const keyRules: readonly Rule[] = [
  ...everywhere([`${worker}nodeSelector`, `${worker}podLabels`, ...selectors.map((selector) => `${selector}.matchLabels`)], {
    message: labelKeys,
    reason: 'LabelInvalid',
    holds: (labels) => !keysOf(labels).some(invalidLabelKey),
  }),
  {
    at: path(`${worker}podAnnotations`),
    message: labelKeys.replace('a label key', 'an annotation key'),
    reason: 'LabelInvalid',
    holds: (annotations) => !keysOf(annotations).some(invalidAnnotationKey),
  },
  {
    at: path('spec.observability.metricsTags'),
    message: 'each key must be a letter, then at most 127 letters, digits, "-", "_", "." or "/"',
    holds: (tags) => keysOf(tags).every((key) => /^[A-Za-z][-A-Za-z0-9_./]{0,127}$/.test(key)),
  },
];

const requirements = [...nodeTerms, ...selectors].map((place) => `${place}.matchExpressions.*`);
const schedulingRules: readonly Rule[] = [
  ...everywhere(requirements, {
    message: 'operators In and NotIn need values',
    fieldPath: '.values',
    holds: ({ operator, values }) => !['In', 'NotIn'].includes(operator) || isFilled(values),
  }),
  ...everywhere(requirements, {
    message: 'operators Exists and DoesNotExist take no values',
    fieldPath: '.values',
    holds: ({ operator, values }) => !['Exists', 'DoesNotExist'].includes(operator) || !isFilled(values),
  }),
  ...everywhere(
    nodeTerms.map((place) => `${place}.matchExpressions.*`),
    {
      message: 'operators Gt and Lt need exactly one value',
      fieldPath: '.values',
      holds: ({ operator, values }) => !['Gt', 'Lt'].includes(operator) || values?.length === 1,
    },
  ),
  ...everywhere(podTerms, {
    message: 'matchLabelKeys and mismatchLabelKeys need a labelSelector',
    fieldPath: '.labelSelector',
    holds: ({ matchLabelKeys, mismatchLabelKeys, labelSelector }) =>
      !(isFilled(matchLabelKeys) || isFilled(mismatchLabelKeys)) || labelSelector !== undefined,
  }),
  {
    at: path(`${worker}topologySpreadConstraints.*`),
    message: 'minDomains needs whenUnsatisfiable DoNotSchedule',
    fieldPath: '.minDomains',
    holds: ({ minDomains, whenUnsatisfiable = 'DoNotSchedule' }) => minDomains === undefined || whenUnsatisfiable === 'DoNotSchedule',
  },
  {
    at: path(`${worker}topologySpreadConstraints.*`),
    message: 'matchLabelKeys needs a labelSelector',
    fieldPath: '.labelSelector',
    holds: ({ matchLabelKeys, labelSelector }) => !isFilled(matchLabelKeys) || labelSelector !== undefined,
  },
];

const tolerationRules: readonly Rule[] = [
  {
    at: path(`${worker}tolerations.*`),
    message: 'a toleration without key needs operator Exists',
    fieldPath: '.operator',
    holds: ({ key, operator }) => Boolean(key) || operator === 'Exists',
  },
  {
    at: path(`${worker}tolerations.*`),
    message: 'operator Exists takes no value',
    fieldPath: '.value',
    holds: ({ operator, value }) => operator !== 'Exists' || !value,
  },
  {
    at: path(`${worker}tolerations.*`),
    message: 'tolerationSeconds needs effect NoExecute',
    fieldPath: '.effect',
    holds: ({ tolerationSeconds, effect }) => tolerationSeconds === undefined || effect === 'NoExecute',
  },
];

export const rules: readonly Rule[] = [
  ...definitionRules,
  ...temporalRules,
  ...scheduleRules,
  ...canaryRules,
  ...envRules,
  ...containerRules,
  ...metricsRules,
  ...resourceRules,
  ...keyRules,
  ...schedulingRules,
  ...tolerationRules,
];

const isKept = (value: Value, before: Value, key: string): boolean =>
  value[key] === undefined || before[key] === undefined || value[key] === before[key];

export const transitionRules: readonly TransitionRule[] = [
  {
    at: path('spec.temporal'),
    message: 'the Temporal namespace is immutable: add a Process and drain this one',
    fieldPath: '.namespace',
    reason: 'IdentityChanged',
    holds: (temporal, before) => isKept(temporal, before, 'namespace'),
  },
  {
    at: path('spec.temporal'),
    message: 'the task queue is immutable: add a Process and drain this one',
    fieldPath: '.taskQueue',
    reason: 'IdentityChanged',
    holds: (temporal, before) => isKept(temporal, before, 'taskQueue'),
  },
];
