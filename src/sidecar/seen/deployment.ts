/** Of a live Deployment what is needed to judge it; the rest is dropped as it comes in. */
import { annotation, definition, env, type Track } from '../../names.ts';
import { annotationOf, nameOf, objectsAt, type Resource } from '../../resource.ts';
import { trackOfDeployment } from '../../track.ts';
import { syncOptionsOf, waveOf } from '../guard/argo-cd.ts';
import { ownersOf } from '../guard/obstacles.ts';
import type { SeenCondition, SeenDeployment } from '../observation.ts';
import { numberIn, objectIn, optional, textIn } from './fields.ts';
import { mountsOf } from './mounts.ts';

/** Of the environment only what says where the workers poll. */
const needed: ReadonlySet<string> = new Set([env.address, env.namespace, env.taskQueue, env.temporalTaskQueue]);

export interface OwnedDeployment {
  /** The Process it was generated for. */
  readonly owner: string;
  readonly track: Track;
  readonly seen: SeenDeployment;
}

/** Undefined: it was not generated for a Process. */
export function keepDeployment(deployment: Resource): OwnedDeployment | undefined {
  const owner = annotationOf(deployment, annotation.generatedFor);
  if (owner === undefined) return;
  const metadata = objectIn(deployment, 'metadata');
  const spec = objectIn(deployment, 'spec');
  const status = objectIn(deployment, 'status');
  const podSpec = objectIn(objectIn(spec, 'template'), 'spec');
  const seen: SeenDeployment = {
    name: nameOf(deployment),
    createdAt: textIn(metadata, 'creationTimestamp') ?? '',
    generation: numberIn(metadata, 'generation', 0),
    observedGeneration: numberIn(status, 'observedGeneration', 0),
    ...optional('renderedFrom', annotationOf(deployment, annotation.renderedFrom)),
    paused: spec.paused === true,
    desired: numberIn(spec, 'replicas', 1),
    replicas: numberIn(status, 'replicas', 0),
    updated: numberIn(status, 'updatedReplicas', 0),
    ready: numberIn(status, 'readyReplicas', 0),
    available: numberIn(status, 'availableReplicas', 0),
    conditions: objectsAt(status, 'conditions').map(condition),
    env: environment(podSpec),
    mounts: mountsOf(podSpec),
    ...optional('wave', waveOf(deployment) || undefined),
    ...optional('syncOptions', someOf(syncOptionsOf(deployment))),
    ...optional('owners', someOf(ownersOf(deployment))),
  };
  return { owner, track: trackOfDeployment(deployment), seen };
}

function someOf<T>(list: readonly T[]): readonly T[] | undefined {
  return list.length > 0 ? list : undefined;
}

function condition(found: Resource): SeenCondition {
  return {
    type: textIn(found, 'type') ?? '',
    status: textIn(found, 'status') ?? '',
    ...optional('reason', textIn(found, 'reason')),
    ...optional('message', textIn(found, 'message')),
  };
}

/** Literal values of the worker container; the kubelet reads `$$(` as `$(`. */
function environment(podSpec: Resource): Record<string, string> {
  const container = objectsAt(podSpec, 'containers').find(({ name }) => name === definition.container);
  const literals = objectsAt(container, 'env').flatMap(({ name, value }) =>
    typeof name === 'string' && typeof value === 'string' && needed.has(name) ? [[name, value.replaceAll('$$(', '$(')]] : [],
  );
  return Object.fromEntries(literals);
}
