/** What in Git would keep the guard from holding the deletion of a Process. Pure. */
import { groupBy } from '../group-by.ts';
import { type Problem, problem } from '../problem.ts';
import { fileOf, placeOf, scopeOf } from '../render/located.ts';
import { type Resource, referTo } from '../resource.ts';
import { waveOf } from '../sidecar/guard/argo-cd.ts';
import { obstaclesInGit } from '../sidecar/guard/obstacles.ts';
import { keepDeployment } from '../sidecar/seen/deployment.ts';
import { type Subject, subjectsOf } from './subject.ts';

/** Warnings: whoever drains a Process before it is removed loses nothing by them. */
export function guardCanHold({ item, deployments, children }: Pick<Subject, 'item' | 'deployments' | 'children'>): Problem[] {
  const workers = deployments.flatMap((deployment) => keepDeployment(deployment)?.seen ?? []);
  const definitions = children.filter(({ kind }) => kind === 'ConfigMap').map((child) => ({ wave: waveOf(child) }));
  return obstaclesInGit({ process: item, workers, definitions }).map((message) => ({
    ...problem('GuardIneffective', message, { resource: referTo(item) }),
    severity: 'warning',
  }));
}

/** The same of every Process of a folder tree, by what is committed beside it: another folder may hold the same names for another cluster. */
export function guardsInFolders(items: readonly Resource[]): ReadonlyMap<Resource, readonly Problem[]> {
  const folders = groupBy(items, (item) => scopeOf(placeOf(item)));
  const subjects = [...folders.values()].flatMap((beside) => subjectsOf(beside).subjects);
  return new Map(subjects.map((subject) => [subject.item, guardCanHold(subject).map((found) => ({ ...found, ...fileOf(subject.item) }))]));
}
