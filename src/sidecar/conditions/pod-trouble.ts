/** In a few words, what is wrong with pods that are not ready: the first trouble that a person can do something about. */

import type { SeenPod } from '../observation.ts';
import { excerpt } from '../words.ts';

/** '' when nothing is known of them. */
export function troubleOf(pods: readonly SeenPod[]): string {
  const told = pods.filter(({ isReady }) => !isReady).map((pod) => ({ pod, words: wordsFor(pod) }));
  const first = told.find(({ words }) => words !== '') ?? told[0];
  if (!first) return '';
  const others = told.length > 1 ? ` (and ${told.length - 1} more)` : '';
  return `pod "${first.pod.name}" ${first.words || 'is not ready yet'}${others}`;
}

function wordsFor(pod: SeenPod): string {
  const { unschedulable, waiting, lastExit, restarts, runningSince, phase } = pod;
  if (unschedulable !== undefined) return `cannot be scheduled: ${excerpt(unschedulable)}`;
  const ended = lastExit ? exitWords(lastExit) : '';
  if (waiting?.reason === 'CrashLoopBackOff') return `crashes (CrashLoopBackOff, ${restarts} restarts${ended && `, ${ended}`})`;
  if (waiting) return `waits: ${waiting.reason}${waiting.message ? `: ${excerpt(waiting.message)}` : ''}`;
  if (runningSince !== undefined && restarts > 0)
    return `was restarted ${restarts === 1 ? 'once' : `${restarts} times`}${ended && `, ${ended}`}`;
  if (runningSince !== undefined) return 'runs, but its readiness probe fails';
  return ended || (phase === 'Failed' ? 'failed' : '');
}

function exitWords({ reason, exitCode, message }: NonNullable<SeenPod['lastExit']>): string {
  const why = reason && reason !== 'Error' && reason !== 'Completed' ? `${reason}, ` : '';
  return `last ended with ${why}exit code ${exitCode}${message ? `: ${excerpt(message, 120)}` : ''}`;
}
