/** Of a live pod what is needed to judge it and to tell its pollers; the rest is dropped as it comes in. */
import { definition, selectorLabel } from '../../names.ts';
import { nameOf, objectsAt, type Resource } from '../../resource.ts';
import { trackOfPod } from '../../track.ts';
import type { SeenPod } from '../observation.ts';
import { numberIn, objectIn, optional, textIn } from './fields.ts';
import { mountsOf } from './mounts.ts';

export interface OwnedPod {
  /** The selector's label of the Process. */
  readonly processLabel: string;
  readonly seen: SeenPod;
}

const hostnameLimit = 63;

/** Undefined: it is no worker of a Process, or has ended for good (an evicted one stays `Failed` long after it was replaced). */
export function keepPod(pod: Resource): OwnedPod | undefined {
  const metadata = objectIn(pod, 'metadata');
  const processLabel = textIn(objectIn(metadata, 'labels'), selectorLabel.process);
  const phase = textIn(objectIn(pod, 'status'), 'phase') ?? 'Pending';
  if (processLabel === undefined || phase === 'Succeeded' || phase === 'Failed') return;
  const spec = objectIn(pod, 'spec');
  const current = mountsOf(spec).find(({ path }) => path === definition.key)?.configMap;
  const seen: SeenPod = {
    name: nameOf(pod),
    ...(trackOfPod(pod) === 'canary' && { track: 'canary' }),
    hostname: textIn(spec, 'hostname') ?? nameOf(pod).slice(0, hostnameLimit),
    createdAt: textIn(metadata, 'creationTimestamp') ?? '',
    phase,
    isDeleting: metadata.deletionTimestamp !== undefined,
    ...readiness(pod),
    ...container(pod),
    ...optional('currentDefinition', current),
  };
  return { processLabel, seen };
}

function readiness(pod: Resource): Pick<SeenPod, 'isReady' | 'readyChangedAt' | 'unschedulable'> {
  const conditions = objectsAt(objectIn(pod, 'status'), 'conditions');
  const ready = conditions.find(({ type }) => type === 'Ready') ?? {};
  const scheduled = conditions.find(({ type }) => type === 'PodScheduled') ?? {};
  const refused = scheduled.status === 'False' && scheduled.reason === 'Unschedulable' ? (textIn(scheduled, 'message') ?? '') : undefined;
  return {
    isReady: ready.status === 'True',
    ...optional('readyChangedAt', textIn(ready, 'lastTransitionTime')),
    ...optional('unschedulable', refused),
  };
}

function container(pod: Resource): Pick<SeenPod, 'runningSince' | 'restarts' | 'waiting' | 'lastExit'> {
  const statuses = objectsAt(objectIn(pod, 'status'), 'containerStatuses');
  const worker = statuses.find(({ name }) => name === definition.container) ?? {};
  const state = objectIn(worker, 'state');
  const waiting = objectIn(state, 'waiting');
  const ended = [objectIn(state, 'terminated'), objectIn(objectIn(worker, 'lastState'), 'terminated')].find(
    ({ exitCode }) => typeof exitCode === 'number',
  );
  return {
    restarts: numberIn(worker, 'restartCount', 0),
    ...optional('runningSince', textIn(objectIn(state, 'running'), 'startedAt')),
    ...(typeof waiting.reason === 'string' && { waiting: { reason: waiting.reason, ...optional('message', textIn(waiting, 'message')) } }),
    ...(ended && { lastExit: exit(ended) }),
  };
}

function exit(ended: Resource): NonNullable<SeenPod['lastExit']> {
  return {
    exitCode: numberIn(ended, 'exitCode', -1),
    ...optional('reason', textIn(ended, 'reason')),
    ...optional('message', textIn(ended, 'message')?.slice(0, 200)),
    ...optional('finishedAt', textIn(ended, 'finishedAt')),
  };
}
