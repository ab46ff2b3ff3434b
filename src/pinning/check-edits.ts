/** Before anything is written: every edit is possible, and the edited text says what was meant. */

import type { Track } from '../names.ts';
import { editDocument, parseDocuments } from '../package/documents.ts';
import type { Package } from '../package/package.ts';
import { canaryPinPath } from '../pin.ts';
import { type Problem, problem } from '../problem.ts';
import { isObject, isSame, valueAt } from '../resource.ts';
import type { Change } from '../resource-list.ts';
import { NotEditableError } from '../yaml/edit.ts';
import { about, type Decided } from './target.ts';

export function checkEdits(pkg: Package, { target, next }: Decided, changes: readonly Change[], track: Track): Problem[] {
  return changes.flatMap((change) => {
    if (change.kind !== 'edit') return [];
    try {
      const parsed = parseDocuments(editDocument(pkg.origins[change.index]!.document, change.edits));
      const spec = 'documents' in parsed ? parsed.documents[0]?.resource?.spec : undefined;
      const ref = isObject(spec) && isObject(spec.definitionRef) ? spec.definitionRef : {};
      const isCanaryAsMeant = track === 'stable' || isSame(valueAt(spec, ...canaryPinPath.slice(1)), next.canary);
      if (isSame(ref.pin, next.pin) && isSame(ref.retained ?? [], next.retained) && isCanaryAsMeant) return [];
      return [about(target, notEditable(`${isCanaryAsMeant ? 'spec.definitionRef' : 'spec.rollout'} cannot be changed in place`))];
    } catch (error) {
      if (!(error instanceof NotEditableError)) throw error;
      return [about(target, notEditable(error.message))];
    }
  });
}

function notEditable(what: string): Problem {
  return problem('NotEditable', `${what}; write that part out as a plain mapping, without anchors, aliases and merge keys`);
}
