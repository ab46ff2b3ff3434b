/** Before anything is written: every edit is possible, and the edited text says what was meant. */
import { editDocument, parseDocuments } from '../package/documents.ts';
import type { Package } from '../package/package.ts';
import { type Problem, problem } from '../problem.ts';
import { isObject, isSame } from '../resource.ts';
import type { Change } from '../resource-list.ts';
import { NotEditableError } from '../yaml/edit.ts';
import { about, type Decided } from './target.ts';

export function checkEdits(pkg: Package, { target, next }: Decided, changes: readonly Change[]): Problem[] {
  return changes.flatMap((change) => {
    if (change.kind !== 'edit') return [];
    try {
      const parsed = parseDocuments(editDocument(pkg.origins[change.index]!.document, change.edits));
      const spec = 'documents' in parsed ? parsed.documents[0]?.resource?.spec : undefined;
      const ref = isObject(spec) && isObject(spec.definitionRef) ? spec.definitionRef : {};
      if (isSame(ref.pin, next.pin) && isSame(ref.retained ?? [], next.retained)) return [];
      return [about(target, notEditable('spec.definitionRef cannot be changed in place'))];
    } catch (error) {
      if (!(error instanceof NotEditableError)) throw error;
      return [about(target, notEditable(error.message))];
    }
  });
}

function notEditable(what: string): Problem {
  return problem('NotEditable', `${what}; write spec.definitionRef out as a plain mapping, without anchors, aliases and merge keys`);
}
