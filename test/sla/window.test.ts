/** Which workflows a run of an SLA check judges: each once, whatever happens between the runs. */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Before, type Wanted, windowOf } from '../../src/sla/window.ts';

const test = suite('sla/window');
const at = (time: string) => Date.parse(`2026-11-24T${time}Z`);
const iso = (time: string) => new Date(at(time)).toISOString();
const hour: Wanted = { maxDuration: '1h' };
const before = (checkedThrough: string, wanted: Wanted = hour): Before => ({ ...wanted, checkedThrough: iso(checkedThrough) });

test('the first run judges everything that is too old, ten seconds of grace included', () => {
  assert.equal(windowOf(hour, undefined, at('12:00:10')), { through: iso('11:00:00'), isEmpty: false });
});

test('the next one goes on where the last one ended, however long ago that was', () => {
  assert.equal(windowOf(hour, before('10:55:00'), at('12:00:10')), { after: iso('10:55:00'), through: iso('11:00:00'), isEmpty: false });
  const yesterday = { ...hour, checkedThrough: '2026-11-23T10:00:00.000Z' };
  assert.equal(windowOf(hour, yesterday, at('12:00:10')), { after: '2026-11-23T10:00:00.000Z', through: iso('11:00:00'), isEmpty: false });
});

test('a clock that went back judges nobody again, and forgets nothing', () => {
  assert.equal(windowOf(hour, before('11:00:00'), at('11:30:00')), { after: iso('11:00:00'), through: iso('11:00:00'), isEmpty: true });
});

test('a shorter duration judges those in between, a longer one everybody anew who becomes too old for it', () => {
  const shorter = windowOf({ maxDuration: '30m' }, before('11:00:00'), at('12:00:10'));
  assert.equal(shorter, { after: iso('11:00:00'), through: iso('11:30:00'), isEmpty: false });
  const longer = windowOf({ maxDuration: '3h' }, before('11:00:00'), at('12:00:10'));
  assert.equal(longer, { after: iso('09:00:00'), through: iso('09:00:00'), isEmpty: true });
});

test('workflows of another type were never judged', () => {
  const wanted = { ...hour, workflowType: 'A' };
  assert.equal(windowOf(wanted, before('10:00:00'), at('12:00:10')), { through: iso('11:00:00'), isEmpty: false });
  assert.is(windowOf(wanted, before('10:00:00', wanted), at('12:00:10')).after, iso('10:00:00'));
});

/** As `check-sla` reads it from the status of the run before. */
const next = (wanted: Wanted, { through }: { through: string }): Before => ({ ...wanted, checkedThrough: through });

test('whenever runs happen, and however the clock jumps, a workflow that is still running is judged at most once, and in the end once', () => {
  const runs = fc.array(fc.integer({ min: -20 * 60_000, max: 3 * 3_600_000 }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(runs, fc.integer({ min: 0, max: 40 * 3_600_000 }), (steps, offset) => {
      const begun = new Date(at('00:00:00') + offset).toISOString();
      let now = at('00:00:00');
      let last: Before | undefined;
      let [reported, newest] = [0, now];
      for (const step of steps) {
        now += step;
        newest = Math.max(newest, now);
        const window = windowOf(hour, last, now);
        if (!window.isEmpty && (window.after === undefined || begun > window.after) && begun <= window.through) reported++;
        last = next(hour, window);
      }
      const isDue = Date.parse(begun) <= newest - 3_600_000 - 10_000;
      assert.is(reported, isDue ? 1 : 0);
    }),
    { numRuns: 2_000, seed: 499 },
  );
});

test.run();
