/** What follows from an observation alone and several checks ask for: the parsed spec, times as numbers, earlier verdicts. */
import { specHash } from '../names.ts';
import { describe } from '../problem.ts';
import { type Parsed, type Pin, type ProcessSpec, parseProcess } from '../process.ts';
import { isObject, nameOf, namespaceOf, type Resource } from '../resource.ts';
import type { Observation, SeenPod } from './observation.ts';
import type { PreviousCondition } from './previous.ts';
import { previousConditions } from './previous.ts';

export interface Known {
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
  readonly pin: Pin | undefined;
  readonly retained: readonly Pin[];
  /** Pods that are not on their way out. */
  readonly pods: readonly SeenPod[];
  readonly previous: ReadonlyMap<string, PreviousCondition>;
}

/** Problems of an invalid spec that a message names. */
const mostTold = 5;

export function know(seen: Observation): Known {
  const { process } = seen;
  const parsed = parseLive(process);
  const spec = 'process' in parsed ? parsed.process.spec : undefined;
  const problems = 'problems' in parsed ? parsed.problems : [];
  return {
    seen,
    nowMs: Date.parse(seen.now),
    name: nameOf(process),
    namespace: namespaceOf(process),
    generation: generationOf(process),
    spec,
    specProblems: problems.slice(0, mostTold).map((found) => describe(found).replace(/^error /, '')),
    isAsRendered: spec !== undefined && seen.deployment !== undefined && seen.deployment.renderedFrom === specHash(spec),
    pin: spec?.definitionRef.pin,
    retained: spec?.definitionRef.retained ?? [],
    pods: seen.pods.filter(({ isDeleting, track }) => !isDeleting && track === undefined),
    previous: previousConditions(process.status),
  };
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
