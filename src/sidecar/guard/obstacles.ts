/** What makes the guard ineffective, as far as it can be seen on the live Process. Pure. */
import { guardAnnotation } from '../../names.ts';
import { annotationOf, isObject, objectsAt, type Resource, valueAt } from '../../resource.ts';
import { excerpt, listed } from '../words.ts';

const syncOptions = 'argocd.argoproj.io/sync-options';
/** What Flux and Helm put on what they own: both delete everything at once. */
const pruners: Readonly<Record<string, string>> = {
  'kustomize.toolkit.fluxcd.io/name': 'Flux prunes it, with its workers, at once',
  'helm.toolkit.fluxcd.io/name': 'Flux uninstalls it, with its workers, at once',
};

/** One clause each, for a message; empty: nothing is in the way. */
export function obstaclesOf(process: Resource): string[] {
  const options = (annotationOf(process, syncOptions) ?? '').split(',').map((option) => option.trim());
  const labels = valueAt(process, 'metadata', 'labels');
  const owners = objectsAt(process, 'metadata', 'ownerReferences');
  return [
    ...Object.values(guardAnnotation).flatMap((key) => takenOver(process, key)),
    ...(options.includes('Replace=true') ? [`${syncOptions} has Replace=true, which wipes finalizers`] : []),
    ...Object.keys(pruners).flatMap((label) => (isObject(labels) && labels[label] !== undefined ? [pruners[label]!] : [])),
    ...owners.map(({ kind, name }) => `it belongs to ${excerpt(String(kind))} "${excerpt(String(name))}", with which its workers may go`),
  ];
}

/** The managers other than the sidecar that have set this annotation. */
export function ownersOf(process: Resource, key: string): string[] {
  return objectsAt(process, 'metadata', 'managedFields').flatMap(({ manager, fieldsV1 }) =>
    valueAt(fieldsV1, 'f:metadata', 'f:annotations', `f:${key}`) === undefined ? [] : [String(manager)],
  );
}

function takenOver(process: Resource, key: string): string[] {
  const owners = ownersOf(process, key);
  return owners.length === 0 ? [] : [`${key} is set by ${listed(owners)}: remove it from Git`];
}
