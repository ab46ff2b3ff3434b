/** The edits of `definitionRef.version`, which is what a person wants: only `--version` writes it. Pure. */
import type { Edit } from '../yaml/edit.ts';
import type { WantedVersion } from './target.ts';

export const versionPath = ['spec', 'definitionRef', 'version'] as const;

export function versionEdits(current: number | undefined, wanted: WantedVersion): Edit[] {
  if (wanted === undefined || (wanted === 'latest' ? current === undefined : current === wanted)) return [];
  return [wanted === 'latest' ? { remove: versionPath } : { set: versionPath, to: wanted }];
}

/** What goes to the end of the retained pins must come before what goes to the end of the reference: the places may be the same. */
export function inOrder({ pin }: { readonly pin?: unknown }, versions: readonly Edit[], pins: readonly Edit[]): Edit[] {
  return pin === undefined ? [...versions, ...pins] : [...pins, ...versions];
}
