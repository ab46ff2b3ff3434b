/** A live bed with two Processes: one that a test changes behind the sidecar's back to see whether it is told, and one that nobody touches. */
import * as assert from 'uvu/assert';
import { apply } from '../testbed/apply.ts';
import { edit, type LiveBed, type LiveBedOptions, openLiveBed, processOf, render, theOne } from './live-bed.ts';
import { reads } from './live-statuses.ts';
import { isReady } from './stories.ts';

export interface CalmAndMoved {
  readonly bed: LiveBed;
  /** Pauses the Deployment of `moved`; false undoes it. */
  pause(isPaused: boolean): Promise<void>;
  /** It shows, with nothing untrue before it, and so does its end. */
  seesChanges(limitMs: number): Promise<void>;
  /** Of `calm` nothing was written since all was well. */
  assertCalm(): void;
}

export const paused = { WorkloadReady: /^False WorkloadPaused/, Ready: /^False/ };

export async function openCalmAndMoved(options: LiveBedOptions): Promise<CalmAndMoved> {
  const bed = await openLiveBed(options);
  const rendered = render(bed, [processOf('calm'), processOf('moved')]);
  for (const name of ['calm', 'moved']) await apply(bed.plane, rendered.get(name)!);
  for (const name of ['calm', 'moved']) await bed.statuses.untilSays(name, isReady);
  const calm = bed.statuses.of('calm').length;
  const deployment = theOne(rendered.get('moved')!, 'Deployment');
  const pause = (isPaused: boolean) => edit(bed, deployment, { spec: { paused: isPaused } });
  const seesChanges = async (limitMs: number) => {
    const before = bed.statuses.of('moved').length;
    await pause(true);
    await bed.statuses.untilSays('moved', paused, limitMs);
    const said = bed.statuses.of('moved').slice(before);
    assert.ok(!said.some((one) => reads(one, { Ready: /^True/ })), JSON.stringify(said, null, 1));
    await pause(false);
    await bed.statuses.untilSays('moved', isReady, limitMs);
  };
  const assertCalm = () => {
    const said = bed.statuses.of('calm').slice(calm - 1);
    const words = said.map(({ at: _, ...status }) => JSON.stringify(status, null, 1));
    assert.is(words.length, 1, words.join('\n'));
  };
  return { bed, pause, seesChanges, assertCalm };
}
