/** Random sequences of what can happen to a drain, killed after any write and any effect: nothing is lost, and what was paused comes back. */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { DrainSpec } from '../../src/sidecar/drain/drain.ts';
import { type Happening, openWorld, pin, type World } from './drain-model.ts';

const test = suite('drain model');
const runs = 3_000;

const look: fc.Arbitrary<Happening> = fc.record({
  kind: fc.constant('look'),
  killedAfter: fc.oneof({ weight: 3, arbitrary: fc.constant(99) }, { weight: 1, arbitrary: fc.nat(4) }),
});
const wait: fc.Arbitrary<Happening> = fc.record({ kind: fc.constant('wait'), ms: fc.constantFrom(100, 2_000, 11_000, 61_000) });
const simple = (...kinds: readonly Exclude<Happening['kind'], 'look' | 'wait' | 'person' | 'policy' | 'successor'>[]) =>
  fc.record({ kind: fc.constantFrom(...kinds), isOn: fc.boolean() }) as fc.Arbitrary<Happening>;
const person: fc.Arbitrary<Happening> = fc.record({ kind: fc.constant('person'), schedule: fc.nat(2), pauses: fc.boolean() });
const policies: readonly DrainSpec[] = [
  {},
  { timeout: '10s' },
  { policy: 'Cancel', cancelGrace: '5s' },
  { policy: 'Terminate' },
  { policy: 'Abandon' },
  { onNewStart: 'Cancel' },
  { onNewStart: 'Terminate' },
];
const policy: fc.Arbitrary<Happening> = fc.record({
  kind: fc.constant('policy'),
  spec: fc.constantFrom(...policies),
  isAsRendered: fc.boolean(),
});
const sharer = fc.record({
  name: fc.constant('sales/next'),
  isLeaving: fc.boolean(),
  isReady: fc.boolean(),
  pins: fc.constantFrom([], [pin]),
});
const successor: fc.Arbitrary<Happening> = fc.record({ kind: fc.constant('successor'), sharer: fc.option(sharer, { nil: undefined }) });

const often = { weight: 6, arbitrary: fc.oneof(look, wait) };
const changes = simple('start', 'end', 'blink', 'outage', 'recovery', 'batches', 'pins');
const all = fc.oneof(
  often,
  { weight: 3, arbitrary: changes },
  { weight: 1, arbitrary: simple('delete', 'draining', 'active') },
  person,
  policy,
  successor,
);
const waiting = fc.oneof(
  often,
  { weight: 3, arbitrary: changes },
  { weight: 1, arbitrary: simple('delete', 'draining', 'active') },
  person,
);

function live(happenings: readonly Happening[]): World {
  const world = openWorld();
  for (const happening of happenings) world.happen(happening);
  return world;
}

/** Everything works, and the sidecar has time. */
function settle(world: World, looks = 40): void {
  world.happen({ kind: 'recovery', isOn: true });
  for (let at = 0; at < looks; at++) {
    world.happen({ kind: 'look', killedAfter: 99 });
    world.happen({ kind: 'wait', ms: 2_000 });
  }
}

const sequences = (one: fc.Arbitrary<Happening>) => fc.array(one, { maxLength: 60, size: 'max' });

test('whatever happens: nothing is released, ended or paused that should not be', () => {
  fc.assert(
    fc.property(sequences(all), (happenings) => {
      assert.equal(live(happenings).violations, []);
    }),
    { numRuns: runs },
  );
});

test('under Wait nothing is ever ended, and it is released only when nothing runs', () => {
  fc.assert(
    fc.property(sequences(waiting), (happenings) => {
      const world = live(happenings);
      const ended = world.effects.filter(({ kind }) => kind === 'Batch' || kind === 'OneByOne');
      assert.equal([world.violations, ended], [[], []]);
    }),
    { numRuns: runs },
  );
});

test('before the release it is always possible to go back: what was paused comes back, what persons did stays', () => {
  fc.assert(
    fc.property(sequences(all.filter(({ kind }) => kind !== 'delete')), (happenings) => {
      const world = live(happenings);
      world.happen({ kind: 'active', isOn: true });
      settle(world);
      assert.is(world.hasDrain, false);
      const states = world.schedules.map(({ id, paused, note }) => ({ id, paused, note }));
      assert.equal(
        states,
        world.schedules.map(({ id, wanted }) => ({ id, ...wanted })),
      );
    }),
    { numRuns: runs },
  );
});

test('what is deleted goes in the end, once its workflows have ended or another one serves them', () => {
  fc.assert(
    fc.property(sequences(all), (happenings) => {
      const world = live(happenings);
      world.happen({ kind: 'delete', isOn: true });
      world.happen({ kind: 'successor', sharer: undefined });
      while (world.running > 0) world.happen({ kind: 'end', isOn: true });
      settle(world);
      assert.ok(world.isReleased, 'it is still there');
      assert.equal(world.violations, []);
    }),
    { numRuns: runs },
  );
});

test('Terminate and Cancel come to an end by themselves, killed or not', () => {
  const ending = fc.constantFrom<DrainSpec>({ policy: 'Terminate' }, { policy: 'Cancel', cancelGrace: '5s' });
  fc.assert(
    fc.property(sequences(fc.oneof(often, changes)), ending, (happenings, spec) => {
      const world = openWorld();
      for (const one of [{ kind: 'policy', spec, isAsRendered: true }, { kind: 'draining', isOn: true }, ...happenings] as Happening[])
        world.happen(one);
      settle(world, 60);
      assert.is(world.running, 0);
      assert.equal(world.violations, []);
    }),
    { numRuns: runs },
  );
});

test.run();
