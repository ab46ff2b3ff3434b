/** What each target is pinned to, with the bytes of everything that stays mounted. Asks the source; writes nothing. */
import type { Definition } from '../definition/source.ts';
import { type Pins, repin, repinCanary } from '../pin.ts';
import { type Problem, problem } from '../problem.ts';
import type { Pin, Process } from '../process.ts';
import { type PinnedText, requestOf } from '../render/resolve.ts';
import { type Lookup, requestFor } from './look-up.ts';
import { type Asked, about, type Decided, dropPins, type Target } from './target.ts';

export interface Wish {
  readonly asked: Asked;
  /** Versions or checksums to retire. */
  readonly drop: readonly string[];
  /** Whether the source is asked; without it nothing but `drop` happens. */
  readonly isAsked: boolean;
}

/** Every target's pins, or everything that stands in the way. `lookupFor` gives undefined where no source is at hand. */
export async function decidePins(
  targets: readonly Target[],
  wish: Wish,
  lookupFor: (target: Target) => Lookup | undefined,
): Promise<{ decided: Decided[]; problems: Problem[] }> {
  const outcomes = await Promise.all(targets.map((target) => decide(target, wish, lookupFor(target))));
  const decided = outcomes.flatMap((outcome) => ('target' in outcome ? [outcome] : []));
  return { decided, problems: outcomes.flatMap((outcome) => ('target' in outcome ? [] : outcome.problems)) };
}

async function decide(target: Target, wish: Wish, lookup: Lookup | undefined): Promise<Decided | { problems: Problem[] }> {
  const { spec } = target.process;
  const ref = spec.definitionRef;
  const drop = dropPins(target, wish.drop);
  if ('problems' in drop) return drop;
  const kept = (ref.retained ?? []).filter(({ checksum }) => !drop.dropped.some((pin) => pin.checksum === checksum));
  if (!wish.isAsked || !lookup) {
    if (!ref.pin) return refuse(target, problem('PinMissing', 'there is no pin yet; run `ameide-process pin DIR` without --drop first'));
    const next = withCanary({ pin: ref.pin, retained: kept }, spec);
    const texts = await Promise.all(pinsIn(next).map((pin) => readBytes(target, pin, undefined)));
    return { target, next, texts: texts.filter((text) => 'text' in text) };
  }
  const definition = await lookup.read(requestFor(target.process, wish.asked));
  if ('reason' in definition) return refuse(target, definition);
  // Judged with what is dropped still known: a version that comes back with other bytes is mutated all the same.
  const isAskedFor = wish.asked.version !== undefined || ref.version !== undefined;
  const judged = wish.asked.track === 'canary' ? judgeCanary(target.process, definition) : repin(spec, definition, isAskedFor);
  if ('reason' in judged) return refuse(target, judged);
  const retained = judged.retained.filter((pin) => !drop.dropped.some(({ checksum }) => checksum === pin.checksum));
  const next = withCanary({ ...judged, retained }, spec);
  const texts = await Promise.all(pinsIn(next).map((pin) => readBytes(target, pin, lookup, definition)));
  const problems = texts.flatMap((text) => ('reason' in text ? [about(target, text)] : []));
  return problems.length > 0 ? { problems } : { target, next, texts: texts.filter((text) => 'text' in text) };
}

/** The canary keeps the pin that it has, unless another was found for it. */
function withCanary(pins: Pins, { rollout }: Process['spec']): Pins {
  const canary = pins.canary ?? rollout?.canary?.pin;
  return canary ? { ...pins, canary } : pins;
}

function pinsIn({ pin, retained, canary }: Pins): Pin[] {
  return [pin, ...retained, ...(canary ? [canary] : [])];
}

function judgeCanary({ spec }: Process, definition: Definition): Pins | Problem {
  const { pin } = spec.definitionRef;
  if (!pin) return problem('PinMissing', 'there is no stable pin yet; run `ameide-process pin DIR` without --canary first');
  if (spec.rollout?.strategy !== 'Recreate') return repinCanary(spec, pin, definition);
  const message = 'strategy Recreate never lets two versions run side by side, as a canary does; choose strategy Canary';
  return problem('CanaryInvalid', message, { field: { path: 'spec.rollout.strategy', currentValue: 'Recreate', proposedValue: 'Canary' } });
}

function refuse(target: Target, found: Problem): { problems: Problem[] } {
  return { problems: [about(target, found)] };
}

/** A pin's bytes: just looked up, at hand, or by its version from the source, if they still have its checksum. */
async function readBytes(target: Target, pin: Pin, lookup: Lookup | undefined, fresh?: Definition): Promise<PinnedText | Problem> {
  const text = fresh?.checksum === pin.checksum ? fresh.text : target.bytes(pin.checksum);
  if (text !== undefined) return { pin, text };
  if (!lookup) return bytesMissing(pin, 'nobody was asked for them');
  const { namespace, tenantId } = requestOf(target.process);
  const found = await lookup.read({ id: pin.id, tenantId, version: pin.version, ...(namespace && { namespace }) });
  if ('reason' in found) return bytesMissing(pin, `the source does not give them (${found.message})`);
  if (found.checksum !== pin.checksum) return bytesMissing(pin, `the source now gives ${found.checksum} for that version`);
  return { pin, text: found.text };
}

function bytesMissing(pin: Pin, why: string): Problem {
  const what = `the bytes of "${pin.id}" version ${pin.version} (${pin.checksum}) are not in the package and ${why}`;
  const message = `${what}; restore the file from Git, or retire them: \`ameide-process pin DIR NAME --drop ${pin.version}\``;
  return problem('RetainedBytesMissing', message, { field: { path: 'spec.definitionRef.retained', currentValue: pin } });
}
