/** Decided pins as changes of files: the pins, the definitions, and what kustomizations list. Writes nothing. */
import { kustomizationChanges } from '../overlay/kustomization-changes.ts';
import { type FileChange, fileChanges } from '../package/package.ts';
import { hasErrors, type Problem } from '../problem.ts';
import type { Change } from '../resource-list.ts';
import { checkEdits } from './check-edits.ts';
import { definitionChanges } from './definition-changes.ts';
import type { TargetsRead } from './read-targets.ts';
import type { Asked, Decided } from './target.ts';

export function planPins(
  { pkg, kustomizations }: Pick<TargetsRead, 'pkg' | 'kustomizations'>,
  decided: readonly Decided[],
  asked: Asked,
): { changes: FileChange[]; problems: Problem[] } {
  const problems: Problem[] = [];
  const pinChanges: Change[] = [];
  for (const one of decided) {
    const changes = one.target.changes(one.next, asked);
    problems.push(...checkEdits(pkg, one, changes, asked.track));
    pinChanges.push(...changes);
  }
  const definitions = definitionChanges(pkg.items, decided);
  problems.push(...definitions.problems);
  if (hasErrors(problems)) return { changes: [], problems };
  const changes = fileChanges(pkg, [...pinChanges, ...definitions.changes]);
  const targets = decided.map(({ target }) => target);
  const listed = kustomizationChanges(kustomizations, targets, { pkg, changes });
  return { changes: [...changes, ...listed.changes], problems: listed.problems };
}
