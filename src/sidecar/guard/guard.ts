/**
 * The guard of a Process: a finalizer, and two annotations by which Argo CD and kpt delete it before its workers. What should be there, what
 * is, and the patch that makes it so. Pure.
 */
import type { MetadataChange } from '../../kube/patch-metadata.ts';
import { drainFinalizer, guardAnnotation } from '../../names.ts';
import { annotationOf, namespaceOf, type Resource, valueAt } from '../../resource.ts';
import type { Observation } from '../observation.ts';
import { lastWave } from './argo-cd.ts';
import { managersOf, workersOf } from './obstacles.ts';

/**
 * What is to be changed in the metadata of the live Process; undefined: nothing. A guard is put on only where it can be served: there are
 * workers, and Temporal has told of their namespace. Once on, it stays until the release.
 */
export function guardPatch(seen: Observation): MetadataChange | undefined {
  const { process } = seen;
  if (isDeleting(process) || !hasWorkers(seen) || !(hasFinalizer(process) || isServable(seen))) return;
  const annotations = Object.fromEntries(
    Object.entries(wantedAnnotations(seen)).filter(
      ([key, value]) => annotationOf(process, key) !== value && managersOf(process, key).length === 0,
    ),
  );
  const patch = {
    ...(!hasFinalizer(process) && { finalizers: [...finalizersOf(process), drainFinalizer] }),
    ...(Object.keys(annotations).length > 0 && { annotations }),
  };
  return Object.keys(patch).length > 0 ? patch : undefined;
}

/** What the release takes away: the finalizer alone. */
export function releasePatch(process: Resource): MetadataChange {
  return { finalizers: finalizersOf(process).filter((name) => name !== drainFinalizer) };
}

export function hasFinalizer(process: Resource): boolean {
  return finalizersOf(process).includes(drainFinalizer);
}

export function isDeleting(process: Resource): boolean {
  return valueAt(process, 'metadata', 'deletionTimestamp') !== undefined;
}

/** Of either track: while the stable ones are gone, the canary's work on the workflows. */
export function hasWorkers(seen: Observation): boolean {
  return workersOf(seen).length > 0;
}

/** Temporal knows the namespace, so that it can be asked what runs there. */
export function isServable({ temporal }: Observation): boolean {
  const state = temporal?.namespaceState?.state;
  return state === 'Registered' || state === 'Deprecated';
}

function wantedAnnotations(seen: Observation): Record<string, string> {
  return { [guardAnnotation.wave]: wave(seen), [guardAnnotation.dependsOn]: dependsOn(seen) };
}

/** Above all that has to wait: waves are deleted from the last to the first. */
function wave(seen: Observation): string {
  return String(lastWave([...workersOf(seen), ...seen.definitions]) + 1);
}

/** The workers of both tracks, as far as they are there, and every definition, as kpt writes references: `group/namespaces/NAMESPACE/KIND/NAME`. */
function dependsOn(seen: Observation): string {
  const { process, definitions } = seen;
  const namespace = namespaceOf(process);
  const configMaps = definitions.map(({ configMap }) => `/namespaces/${namespace}/ConfigMap/${configMap}`).sort();
  const workers = workersOf(seen).map(({ name }) => `apps/namespaces/${namespace}/Deployment/${name}`);
  return [...workers, ...configMaps].join(',');
}

function finalizersOf(process: Resource): string[] {
  const found = valueAt(process, 'metadata', 'finalizers');
  return Array.isArray(found) ? found.filter((name) => typeof name === 'string') : [];
}
