/** What is wrong with a Process beyond its schema: policies of the configuration, and clashes with what the tool sets. Pure. */
import { closest } from '../definition/closest.ts';
import type { FnConfig } from '../fn-config.ts';
import { selectorLabel } from '../names.ts';
import { type Problem, problem } from '../problem.ts';
import { isTimeZone, timeZones } from '../process/time-zones.ts';
import type { Process } from '../process.ts';
import { type Resource, referTo } from '../resource.ts';
import { podLabels } from './child-metadata.ts';
import type { Cleanup, SlaCheck } from './cron-jobs.ts';
import { canaryReplicas, stableReplicas, workerResources } from './deployment.ts';
import { fileOf, type Located, scopeOf } from './located.ts';
import { hasSchedules } from './schedules-account.ts';
import { ownVariables } from './worker-env.ts';

type Check = (process: Process, config: FnConfig) => Problem[];

const checks: readonly Check[] = [
  imagePinned,
  resourcesSet,
  envFree,
  podLabelsFree,
  scheduledImages,
  timeZonesKnown,
  namespaceNamed,
  canaryFewer,
];

export function validate(process: Process, config: FnConfig): Problem[] {
  return checks.flatMap((check) => check(process, config));
}

const digest = /@sha256:[0-9a-f]{64}$/;

function imagePinned({ spec }: Process, config: FnConfig): Problem[] {
  const canary = spec.rollout?.canary?.image;
  return [
    ...notPinned(config, spec.image, 'spec.image'),
    ...(canary === undefined ? [] : notPinned(config, canary, 'spec.rollout.canary.image')),
  ];
}

function notPinned({ images }: FnConfig, image: string, path: string, where = ''): Problem[] {
  if (!images.requireDigest || digest.test(image)) return [];
  const field = { path, currentValue: image };
  return [problem('ImageNotPinned', `found "${image}"${where}, the policy demands a digest: name@sha256:<64 hex digits>`, { field })];
}

/** The SLA checks and cleanups, each with its path. */
function scheduled({ spec }: Process): { readonly path: string; readonly of: SlaCheck | Cleanup }[] {
  return [
    ...(spec.slaChecks ?? []).map((of, at) => ({ path: `spec.slaChecks[${at}]`, of })),
    ...(spec.cleanups ?? []).map((of, at) => ({ path: `spec.cleanups[${at}]`, of })),
  ];
}

function scheduledImages(process: Process, config: FnConfig): Problem[] {
  const { image } = config.tool;
  return scheduled(process).flatMap(({ path, of }) => {
    const field = { path: `${path}.image` };
    if (of.image !== undefined) return notPinned(config, of.image, field.path);
    if (image !== undefined) return notPinned(config, image, field.path, ' as tool.image in the function configuration');
    const message = 'it has no image, and the function configuration no tool.image: set one of the two, as `npm run image` makes it';
    return [problem('ToolImageMissing', message, { field })];
  });
}

/** A binding must say in which namespace the service account is. */
function namespaceNamed({ metadata, spec }: Process): Problem[] {
  if (!hasSchedules(spec) || metadata.namespace) return [];
  const message = 'SLA checks and cleanups have a service account of their own, whose binding names its namespace: add it';
  return [problem('FieldMissing', message, { field: { path: 'metadata.namespace' } })];
}

function timeZonesKnown(process: Process): Problem[] {
  return scheduled(process).flatMap(({ path, of: { timeZone } }) => {
    if (timeZone === undefined || isTimeZone(timeZone)) return [];
    const near = closest(timeZone, timeZones(), 3).join(', ');
    const message = `Kubernetes knows no time zone "${timeZone}"; nearest: ${near}`;
    return [problem('TimeZoneUnknown', message, { field: { path: `${path}.timeZone`, currentValue: timeZone } })];
  });
}

/** Where the Process says both, its own rule judges; here the stable replicas are the configuration's. */
function canaryFewer(process: Process, config: FnConfig): Problem[] {
  const { rollout, worker } = process.spec;
  const [canary, stable] = [canaryReplicas(process), stableReplicas(process, config)];
  if (!rollout?.canary || worker?.replicas !== undefined || canary <= stable) return [];
  const message = `a canary must not have more replicas than stable: it has ${canary}, stable has ${stable} by the function configuration`;
  return [problem('CanaryInvalid', message, { field: { path: 'spec.rollout.canary.replicas', currentValue: canary } })];
}

function resourcesSet(process: Process, config: FnConfig): Problem[] {
  const requests = workerResources(process, config)?.requests ?? {};
  if (!config.worker.requireResources || Object.keys(requests).length > 0) return [];
  return [
    problem(
      'ResourcesMissing',
      `the policy demands requests; ${process.spec.worker?.resources ? 'set them here, because a Process that sets resources sets all of them' : 'set them here or in the function configuration'}`,
      {
        field: { path: 'spec.worker.resources.requests' },
      },
    ),
  ];
}

function envFree({ spec }: Process): Problem[] {
  const own = new Set(ownVariables(spec));
  return (spec.worker?.env ?? []).flatMap(({ name }, at) => {
    if (!own.has(name)) return [];
    const field = { path: `spec.worker.env[${at}].name`, currentValue: name };
    return [problem('EnvConflict', `${name} is set by the tool; rename the variable, or set it where it comes from`, { field })];
  });
}

function podLabelsFree(process: Process): Problem[] {
  const own = new Set([...Object.keys(podLabels(process)), ...Object.values(selectorLabel)]);
  return Object.entries(process.spec.worker?.podLabels ?? {}).flatMap(([key, currentValue]) => {
    if (!own.has(key)) return [];
    return [
      problem('LabelInvalid', `${key} is set by the tool; choose another key`, {
        field: { path: `spec.worker.podLabels[${key}]`, currentValue },
      }),
    ];
  });
}

/** Processes that would be the same object: one name, one namespace, one folder. */
export function refuseDuplicates(located: readonly Located[], items: readonly Resource[]): Problem[] {
  const first = new Map<string, Located>();
  return located.flatMap((here) => {
    const { name, namespace } = here.process.metadata;
    const key = [scopeOf(here.place), namespace ?? '', name].join('|');
    const other = first.get(key);
    if (!other) {
      first.set(key, here);
      return [];
    }
    const item = items[here.index]!;
    const where = other.place ? ` (the other is in ${other.place.path})` : '';
    return [
      problem('ProcessDuplicate', `there are two of this name${where}; rename or remove one`, { resource: referTo(item), ...fileOf(item) }),
    ];
  });
}
