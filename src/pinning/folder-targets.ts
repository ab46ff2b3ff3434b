/** The Processes of a folder, each pinned in its own file. */

import { generatedFile } from '../names.ts';
import type { Package } from '../package/package.ts';
import { pinEdits } from '../pin.ts';
import type { Problem } from '../problem.ts';
import { parseProcess } from '../process.ts';
import { fileOf, folderOf, isProcessKind, type Located, placeOf } from '../render/located.ts';
import { refuseDuplicates } from '../render/validate.ts';
import { nameOf, namespaceOf, type Resource } from '../resource.ts';
import { canaryEdits } from './canary-edits.ts';
import { type DefinitionBytes, definitionBytes } from './definition-bytes.ts';
import { plainName } from './definition-changes.ts';
import type { Target } from './target.ts';
import { inOrder, versionEdits } from './version-edits.ts';

/** A Process by the name that a person gives it: NAME, or NAMESPACE/NAME. */
export function isNamed(name: string, namespace: string, wanted: string): boolean {
  return wanted === name || wanted === `${namespace}/${name}`;
}

/** Indices of the items that are Processes; a patch of one is none. */
export function processesIn(items: readonly Resource[], patches: ReadonlySet<string>): number[] {
  return items.flatMap((item, index) => (isProcessKind(item) && !patches.has(placeOf(item)?.path ?? '') ? [index] : []));
}

/** The targets among the items at `indices`. */
export function folderTargets(pkg: Package, indices: readonly number[]): { targets: Target[]; problems: Problem[] } {
  const bytes = definitionBytes(pkg.items);
  const located: Located[] = [];
  const problems: Problem[] = [];
  for (const index of indices) {
    const item = pkg.items[index]!;
    const parsed = parseProcess(item, { ...fileOf(item), pinMayMismatch: true });
    if ('problems' in parsed) problems.push(...parsed.problems);
    else located.push({ index, process: parsed.process, place: placeOf(item) });
  }
  problems.push(...refuseDuplicates(located, pkg.items));
  return { targets: located.map((here) => folderTarget(here, bytes)), problems };
}

/** A Process that is pinned in its own file. */
export function folderTarget({ index, process, place }: Located, bytes: DefinitionBytes): Target {
  const { definitionRef } = process.spec;
  const path = place!.path;
  return {
    process,
    owner: process,
    path,
    bytes,
    generatedPath: `${folderOf(path)}${generatedFile(process.metadata.name)}`,
    configMapName: plainName(process.metadata.name),
    changes(next, asked) {
      const version = asked.track === 'stable' ? asked.version : undefined;
      const pins = inOrder(definitionRef, versionEdits(definitionRef.version, version), pinEdits(definitionRef, next));
      const edits = [...pins, ...(asked.track === 'canary' ? canaryEdits(process.spec.rollout, next, asked.version) : [])];
      return edits.length > 0 ? [{ kind: 'edit', index, edits }] : [];
    },
  };
}

/** The Processes that `names` name; all without names. Those that are not there are said. */
export function selectNamed(items: readonly Resource[], indices: readonly number[], names: readonly string[]) {
  const matches = (index: number, wanted: string) => isNamed(nameOf(items[index]!), namespaceOf(items[index]!), wanted);
  return {
    selected: names.length === 0 ? [...indices] : indices.filter((index) => names.some((wanted) => matches(index, wanted))),
    unknown: names.filter((wanted) => !indices.some((index) => matches(index, wanted))),
  };
}
