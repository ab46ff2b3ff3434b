/** What the first checks of most chains ask: may it be read at all? */

import type { Known } from '../known.ts';
import { type Check, isUnknown, type Verdict } from '../verdict.ts';
import { excerpt } from '../words.ts';

export function cannotRead(plural: string): Check {
  return ({ seen, namespace }) => {
    const why = seen.unreadable[plural];
    if (why === undefined) return;
    return isUnknown('CannotRead', `cannot read ${plural} in namespace "${namespace}": ${excerpt(why)}`);
  };
}

export function specUnreadable({ spec, specProblems }: Known): Verdict | undefined {
  if (spec) return;
  return isUnknown(
    'SpecInvalid',
    `the live spec is not valid for this version of the tool: ${specProblems.map((one) => excerpt(one, 300)).join('; ')}`,
  );
}
