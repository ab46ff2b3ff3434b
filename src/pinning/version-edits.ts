/** The edits of `definitionRef.version`, which is what a person wants: only `--version` writes it. Pure. */
import type { Edit } from '../yaml/edit.ts';
import type { WantedVersion } from './target.ts';

export const versionPath = ['spec', 'definitionRef', 'version'] as const;

export function versionEdits(current: number | undefined, wanted: WantedVersion): Edit[] {
  if (wanted === undefined || (wanted === 'latest' ? current === undefined : current === wanted)) return [];
  return [wanted === 'latest' ? { remove: versionPath } : { set: versionPath, to: wanted }];
}
