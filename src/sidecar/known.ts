/** What follows from an observation alone and several checks ask for: the parsed spec, times as numbers, earlier verdicts. */
import { knownSpecHash, type Track } from '../names.ts';
import { describe } from '../problem.ts';
import { type Parsed, type Pin, type ProcessSpec, parseProcess } from '../process.ts';
import { isObject, nameOf, namespaceOf, type Resource } from '../resource.ts';
import type { Observation, SeenPod } from './observation.ts';
import type { PreviousCondition } from './previous.ts';
import { previousConditions } from './previous.ts';

export interface Known {
  /** Whose Deployment and pods the rest is about. */
  readonly track: Track;
  /** With the Deployment and the pods of this track; the stable one has the canary's Deployment beside. */
  readonly seen: Observation;
  readonly nowMs: number;
  readonly name: string;
  readonly namespace: string;
  readonly generation: number;
  /** Undefined: this version of the tool finds the live spec invalid, for these reasons. */
  readonly spec: ProcessSpec | undefined;
  readonly specProblems: readonly string[];
  /** The Deployment was rendered from the live spec. */
  readonly isAsRendered: boolean;
  /** What the pods of this track have as the current definition. */
  readonly pin: Pin | undefined;
  readonly retained: readonly Pin[];
  /** Every other definition that they mount: those retained, and the one of the other track. */
  readonly beside: readonly Pin[];
  /** Pods that are not on their way out. */
  readonly pods: readonly SeenPod[];
  /** Pods of the other track. */
  readonly otherPods: readonly SeenPod[];
  /** The same of the canary: where one is wanted, or there is something of one. Undefined for the canary itself. */
  readonly canary: Known | undefined;
  readonly previous: ReadonlyMap<string, PreviousCondition>;
}

/** Problems of an invalid spec that a message names. */
const mostTold = 5;

export function know(seen: Observation): Known {
  const { process } = seen;
  const parsed = parseLive(process);
  const spec = 'process' in parsed ? parsed.process.spec : undefined;
  const problems = 'problems' in parsed ? parsed.problems : [];
  const ofBoth = {
    nowMs: Date.parse(seen.now),
    name: nameOf(process),
    namespace: namespaceOf(process),
    generation: generationOf(process),
    spec,
    specProblems: problems.slice(0, mostTold).map((found) => describe(found).replace(/^error /, '')),
    retained: spec?.definitionRef.retained ?? [],
    previous: previousConditions(process.status),
  };
  const ofTrack = (track: Track, canary?: Known): Known => {
    const own = seenOf(seen, track);
    const { pin, other } = pinsOf(spec, track);
    return {
      ...ofBoth,
      track,
      seen: own,
      isAsRendered: spec !== undefined && own.deployment !== undefined && own.deployment.renderedFrom === knownSpecHash(spec),
      pin,
      beside: [...ofBoth.retained, ...(other ? [other] : [])],
      pods: own.pods.filter(({ isDeleting }) => !isDeleting),
      otherPods: seen.pods.filter((pod) => trackOf(pod) !== track),
      canary,
    };
  };
  const isThereCanary =
    spec?.rollout?.canary !== undefined || seen.canary !== undefined || seen.pods.some((pod) => trackOf(pod) === 'canary');
  return ofTrack('stable', isThereCanary ? ofTrack('canary') : undefined);
}

function trackOf({ track }: SeenPod): Track {
  return track ?? 'stable';
}

function seenOf(seen: Observation, track: Track): Observation {
  const pods = seen.pods.filter((pod) => trackOf(pod) === track);
  if (track === 'stable') return { ...seen, pods };
  const { deployment: _, canary, ...rest } = seen;
  return { ...rest, ...(canary && { deployment: canary }), pods };
}

/** The track's own pin, and the other track's where that is another. */
function pinsOf(spec: ProcessSpec | undefined, track: Track): { readonly pin: Pin | undefined; readonly other: Pin | undefined } {
  const pin = spec?.definitionRef.pin;
  const canary = spec?.rollout?.canary?.pin;
  return track === 'canary' && canary ? { pin: canary, other: pin } : { pin, other: canary };
}

/** The API server's bookkeeping is not the Process's own metadata. */
export function parseLive({ apiVersion, kind, metadata, spec }: Resource): Parsed {
  const { name, namespace, labels, annotations } = isObject(metadata) ? metadata : {};
  return parseProcess({
    apiVersion,
    kind,
    metadata: { name, namespace, ...(labels !== undefined && { labels }), ...(annotations !== undefined && { annotations }) },
    spec,
  });
}

function generationOf({ metadata }: Resource): number {
  return isObject(metadata) && typeof metadata.generation === 'number' ? metadata.generation : 0;
}
