/** What the checks of a rendered Process see, and how they say what is wrong. Pure. */

import type { Track } from '../names.ts';
import { type Problem, problem } from '../problem.ts';
import type { Pin, Process } from '../process.ts';
import { type Resource, referTo } from '../resource.ts';
import { mountedIn } from '../track.ts';
import type { Subject } from './subject.ts';

/** A valid, pinned Process of the stream. */
export interface Rendered extends Subject {
  readonly process: Process;
  readonly pin: Pin;
  readonly retained: readonly Pin[];
}

/** The definition that the track's pods have as the current one, and every one that they mount, that one first. */
export function definitionsIn({ process, pin, retained }: Rendered, track: Track): readonly [Pin, ...Pin[]] {
  return mountedIn({ current: pin, canary: process.spec.rollout?.canary?.pin, retained }, track);
}

/** A finding with the object it is about and what was wanted and found there. */
export function broken(resource: Resource, path: string, found: { wanted?: unknown; found?: unknown }, message: string): Problem {
  const field = {
    path,
    ...(found.found !== undefined && { currentValue: found.found }),
    ...(found.wanted !== undefined && { proposedValue: found.wanted }),
  };
  return problem('RenderBroken', message, { resource: referTo(resource), field });
}

/** A value found, as messages show it. */
export function show(value: unknown): string {
  if (value === undefined) return 'absent';
  const text = JSON.stringify(value);
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}
