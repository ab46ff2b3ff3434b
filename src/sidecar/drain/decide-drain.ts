/** The drain's part of a decision: what is known of a Process → one step of the machine. Pure. */
import { valueAt } from '../../resource.ts';
import type { Known } from '../known.ts';
import { isFalse } from '../verdict.ts';
import type { DrainInput, DrainStep } from './drain.ts';
import { stepDrain } from './machine.ts';
import { neededPins } from './sharers.ts';
import { type DrainStatus, drainStatus, readDrain } from './status.ts';
import { wantedDrain } from './wanted.ts';

export interface DrainDecision extends Omit<DrainStep, 'drain'> {
  readonly status: DrainStatus | undefined;
}

const notLooked = { sharers: [], failure: { reason: 'NotLookedYet', message: 'Temporal was not asked yet' } } as const;

export function decideDrain(known: Known): DrainDecision {
  const { seen, spec, isAsRendered, name, namespace } = known;
  const wanted = wantedDrain(seen.process);
  if (wanted === undefined) return leftAlone(known);
  const input: DrainInput = {
    now: seen.now,
    process: { key: `${namespace}/${name}`, uid: String(valueAt(seen.process, 'metadata', 'uid') ?? '') },
    wanted,
    spec: spec?.drain ?? {},
    isAsRendered,
    // As it stands there: a spec that this version of the tool finds invalid has workflows that need them all the same.
    pins: neededPins(seen.process),
    seen: seen.drain ?? notLooked,
    before: readDrain(seen.process),
  };
  const { drain, ...rest } = stepDrain(input);
  return { ...rest, status: drain && drainStatus(drain, input) };
}

/** It goes, and what is written of it stays as it is. */
function leftAlone({ seen }: Known): DrainDecision {
  const status = valueAt(seen.process, 'status', 'drain') as DrainStatus | undefined;
  return { status, effects: [], verdicts: { acceptingStarts: isFalse('StartsPaused', 'the Process is being deleted') } };
}
