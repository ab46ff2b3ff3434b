/** DependenciesReady: every Domain and Agent that the Process names exists and is Ready. */

import type { Known } from '../known.ts';
import type { SeenDependency } from '../observation.ts';
import { type Check, firstOf, isFalse, isTrue, isUnknown, type Verdict } from '../verdict.ts';
import { excerpt, listed } from '../words.ts';
import { lastVerdict } from './last-verdict.ts';
import { specUnreadable } from './unreadable.ts';

const checks: readonly Check[] = [
  specUnreadable,
  found('KindAbsent', (them) =>
    isFalse('DependencyKindMissing', `the cluster has no kind ${kinds(them)} (ameide.io/v1), which ${names(them)} would be`),
  ),
  found('Absent', (them) =>
    isFalse('DependencyMissing', `${names(them)} ${them.length === 1 ? 'does' : 'do'} not exist in this namespace`),
  ),
  found('NotReady', (them) => isFalse('DependencyNotReady', `${names(them)} ${them.length === 1 ? 'is' : 'are'} not Ready${words(them)}`)),
  found('Unreadable', (them) => isUnknown('CannotRead', `cannot read ${names(them)}${words(them)}`)),
  standing,
  found('NotLooked', (them) => isUnknown('NotLookedYet', `${names(them)} ${them.length === 1 ? 'was' : 'were'} not looked up yet`)),
  all,
];

export function dependenciesReady(known: Known): Verdict {
  return firstOf(checks, known);
}

/** A sidecar that has just begun to look changes nothing. */
function standing(known: Known): Verdict | undefined {
  return known.seen.dependencies.some(({ state }) => state === 'NotLooked') ? lastVerdict(known, 'DependenciesReady') : undefined;
}

function found(state: SeenDependency['state'], verdict: (them: readonly SeenDependency[]) => Verdict): Check {
  return ({ seen }) => {
    const them = seen.dependencies.filter((one) => one.state === state);
    return them.length > 0 ? verdict(them) : undefined;
  };
}

function all({ seen }: Known): Verdict {
  const { dependencies } = seen;
  return isTrue(
    'DependenciesFound',
    dependencies.length === 0 ? 'it names none' : `${names(dependencies)} ${dependencies.length === 1 ? 'is' : 'are'} Ready`,
  );
}

function names(them: readonly SeenDependency[]): string {
  return listed(
    them.map(({ kind, name }) => `${kind} "${name}"`),
    5,
  );
}

function kinds(them: readonly SeenDependency[]): string {
  return [...new Set(them.map(({ kind }) => kind))].join(' or ');
}

function words([first]: readonly SeenDependency[]): string {
  return first?.message ? `: ${excerpt(first.message)}` : '';
}
