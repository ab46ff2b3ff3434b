/** What Argo CD reads off an object when it deletes: its sync wave, and its sync options. Pure. */
import { guardAnnotation } from '../../names.ts';
import { annotationOf, type Resource } from '../../resource.ts';

export const syncOptionsAnnotation = 'argocd.argoproj.io/sync-options';

/** An integer; 0 where there is no such annotation, or none that Argo CD can read. */
export function waveOf(object: Resource): number {
  const text = annotationOf(object, guardAnnotation.wave) ?? '';
  const wave = /^[+-]?\d+$/.test(text) ? Number(text) : 0;
  return Number.isSafeInteger(wave) ? wave : 0;
}

export function syncOptionsOf(object: Resource): string[] {
  const text = annotationOf(object, syncOptionsAnnotation) ?? '';
  return text
    .split(',')
    .map((option) => option.trim())
    .filter((option) => option !== '');
}

/** The wave that is deleted first; at least that of an object that has none given. */
export function lastWave(objects: readonly { readonly wave?: number }[]): number {
  return Math.max(0, ...objects.map(({ wave = 0 }) => wave));
}
