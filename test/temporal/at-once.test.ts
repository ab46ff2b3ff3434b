import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { openAtOnce } from '../../src/temporal/at-once.ts';

const atOnce = suite('questions at once');

const answered = (times: number, tookMs: number, { at = 0, window = openAtOnce() } = {}) => {
  for (let n = 0; n < times; n++) window.ended(at, at + tookMs);
  return window;
};

atOnce('each quick answer makes room for one more, up to a limit', () => {
  assert.is(openAtOnce().limit(), 8);
  assert.is(answered(5, 20).limit(), 13);
  assert.is(answered(1000, 999).limit(), 32);
});

atOnce('a slow answer halves the room, once for all that were under way together', () => {
  const window = answered(100, 20);
  answered(32, 1_500, { window });
  assert.is(window.limit(), 16);
  answered(16, 3_000, { at: 2_000, window });
  assert.is(window.limit(), 8);
});

atOnce('however slow the server is, some are asked; and it grows again as soon as it is quick', () => {
  const window = openAtOnce();
  for (let at = 0; at < 100_000; at += 4_000) answered(1, 3_000, { at, window });
  assert.is(window.limit(), 2);
  assert.is(answered(30, 5, { at: 200_000, window }).limit(), 32);
});

atOnce('a server that is far away is not slow for that; one that takes almost the whole deadline is', () => {
  assert.is(answered(100, 1_200).limit(), 32);
  const window = answered(100, 1_200);
  answered(1, 2_500, { at: 5_000, window });
  assert.is(window.limit(), 16);
});

atOnce.run();
