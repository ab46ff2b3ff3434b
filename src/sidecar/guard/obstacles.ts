/** What makes the guard ineffective, as far as it can be seen on a Process and its workers, live or in Git. Pure. */
import { guardAnnotation } from '../../names.ts';
import { annotationOf, isObject, objectsAt, type Resource, valueAt } from '../../resource.ts';
import type { Observation, SeenDefinition, SeenDeployment } from '../observation.ts';
import { excerpt, listed } from '../words.ts';
import { lastWave, syncOptionsAnnotation, syncOptionsOf, waveOf } from './argo-cd.ts';

/** What Flux and Helm put on what they own: both delete everything at once. */
const pruners: Readonly<Record<string, string>> = {
  'kustomize.toolkit.fluxcd.io/name': 'Flux prunes it, with its workers, at once',
  'helm.toolkit.fluxcd.io/name': 'Flux uninstalls it, with its workers, at once',
};

/** A Process with what is to outlive it. */
export interface Guarded {
  readonly process: Resource;
  readonly workers: readonly Pick<SeenDeployment, 'name' | 'wave' | 'syncOptions' | 'owners'>[];
  readonly definitions: readonly Pick<SeenDefinition, 'wave'>[];
}

/** Says by whom, other than the sidecar, an annotation of the Process was set; undefined: by nobody. */
type SetBy = (key: string) => string | undefined;

/** One clause each, for a message; empty: nothing is in the way. */
export function obstaclesOf(seen: Observation): string[] {
  const { process, definitions } = seen;
  return obstacles({ process, workers: workersOf(seen), definitions }, (key) => {
    const managers = managersOf(process, key);
    return managers.length === 0 ? undefined : ` by ${listed(managers)}`;
  });
}

/** The same of what is in Git, where nobody else can have set an annotation. */
export function obstaclesInGit(seen: Guarded): string[] {
  return obstacles(seen, (key) => (annotationOf(seen.process, key) === undefined ? undefined : ''));
}

/** The managers other than the sidecar that have set this annotation. */
export function managersOf(process: Resource, key: string): string[] {
  return objectsAt(process, 'metadata', 'managedFields').flatMap(({ manager, fieldsV1 }) =>
    valueAt(fieldsV1, 'f:metadata', 'f:annotations', `f:${key}`) === undefined ? [] : [String(manager)],
  );
}

/** Of either track. */
export function workersOf({ deployment, canary }: Pick<Observation, 'deployment' | 'canary'>): SeenDeployment[] {
  return [deployment, canary].filter((one) => one !== undefined);
}

/** What an object belongs to, as `Kind "name"`. */
export function ownersOf(object: Resource): string[] {
  return objectsAt(object, 'metadata', 'ownerReferences').map(({ kind, name }) => `${excerpt(String(kind))} "${excerpt(String(name))}"`);
}

function obstacles(seen: Guarded, setBy: SetBy): string[] {
  const { process } = seen;
  const labels = valueAt(process, 'metadata', 'labels');
  return [
    ...takenOver(seen, setBy),
    ...syncOptions(seen),
    ...Object.keys(pruners).flatMap((label) => (isObject(labels) && labels[label] !== undefined ? [pruners[label]!] : [])),
    ...ownersOf(process).map((owner) => `it belongs to ${owner}, with which its workers may go`),
    ...seen.workers.flatMap(({ name, owners = [] }) => owners.map((owner) => `Deployment "${name}" belongs to ${owner}, and goes with it`)),
  ];
}

/** The guard's annotations, where others have set them. A wave of theirs will do if it is above all that has to wait. */
function takenOver(seen: Guarded, setBy: SetBy): string[] {
  const { wave, dependsOn } = guardAnnotation;
  const [waveBy, dependsOnBy] = [setBy(wave), setBy(dependsOn)];
  const [own, others] = [waveOf(seen.process), lastWave([...seen.workers, ...seen.definitions])];
  const waves = `${own} here and ${others} on workers or definitions, which would not wait`;
  return [
    ...(waveBy !== undefined && own <= others ? [`${wave} is set${waveBy}, ${waves}: remove it from the Process in Git`] : []),
    ...(dependsOnBy === undefined ? [] : [`${dependsOn} is set${dependsOnBy}: remove it from Git`]),
  ];
}

/** Those of the Process that undo the order of deletion. To be kept is no harm to it where its workers are kept as well. */
function syncOptions(seen: Guarded): string[] {
  const options = new Set(syncOptionsOf(seen.process));
  const areKept = (option: string) => seen.workers.every(({ syncOptions = [] }) => syncOptions.includes(option));
  const has = (option: string, what: string) => (options.has(option) ? [`${syncOptionsAnnotation} has ${option}, which ${what}`] : []);
  return [
    ...has('Replace=true', 'wipes finalizers'),
    ...has('PruneLast=true', 'deletes it after its workers'),
    ...['Prune=false', 'Delete=false'].flatMap((option) => (areKept(option) ? [] : has(option, 'keeps it while its workers go'))),
  ];
}
