/** What a pin becomes when a definition was looked up, and the edits that write it. Pure: shared by the renderer and `pin`. */
import type { Definition } from './definition/source.ts';
import { type Problem, problem } from './problem.ts';
import type { Pin, Process } from './process.ts';
import { isSame } from './resource.ts';
import type { Edit, Path } from './yaml/edit.ts';

type DefinitionRef = Process['spec']['definitionRef'];

/** The pins of a Process. */
export interface Pins {
  readonly pin: Pin;
  /** The canary's, where it has another definition than the stable workers. */
  readonly canary?: Pin;
  readonly retained: readonly Pin[];
  /** The version that was looked up, where the stable pin stays because the canary tries it. */
  readonly tried?: number;
}

export const pinPath = ['spec', 'definitionRef', 'pin'] as const;
export const rolloutPath = ['spec', 'rollout'] as const;
export const strategyPath = [...rolloutPath, 'strategy'] as const;
export const canaryPath = [...rolloutPath, 'canary'] as const;
export const canaryPinPath = [...canaryPath, 'pin'] as const;
export const retainedPath = ['spec', 'definitionRef', 'retained'] as const;

export function pinOf({ id, version, checksum }: Definition): Pin {
  return { id, version, checksum };
}

/**
 * The pins after `definition` was looked up. What it replaces is retained, because running workflows replay against it;
 * identical bytes replace nothing. A version that was pinned with other bytes is `DefinitionMutated`. What the canary tries becomes the
 * stable one by its promotion alone: a pin that follows the latest stays until then; where the version `isAskedFor`, that is `CanaryInvalid`.
 */
export function repin(
  { definitionRef: ref, rollout }: Pick<Process['spec'], 'definitionRef' | 'rollout'>,
  definition: Definition,
  isAskedFor = ref.version !== undefined,
): Pins | Problem {
  const next = pinOf(definition);
  const retained = ref.retained ?? [];
  const canary = rollout?.canary?.pin;
  const mutated = refuseMutated(next, [...(ref.pin ? [ref.pin] : []), ...(canary ? [canary] : []), ...retained], pinPath);
  if (mutated) return mutated;
  if (canary?.checksum === next.checksum) {
    if (!isAskedFor && ref.pin?.id === ref.id) return { pin: ref.pin, retained, tried: next.version };
    const message = `version ${next.version} is the canary's: make it the stable one with \`ameide-process promote FILE\`, or name another version until then`;
    return problem('CanaryInvalid', message, { field: { path: pinPath.join('.'), currentValue: canary.version } });
  }
  const superseded = ref.pin && ref.pin.checksum !== next.checksum ? [ref.pin] : [];
  return { pin: next, retained: [...retained, ...superseded].filter(({ checksum }) => checksum !== next.checksum) };
}

/**
 * The pins after `definition` was looked up for the canary. What it replaces is retained, because workflows that the canary began replay
 * against it. It must be another definition than the stable one.
 */
export function repinCanary(spec: Pick<Process['spec'], 'definitionRef' | 'rollout'>, stable: Pin, definition: Definition): Pins | Problem {
  const next = pinOf(definition);
  const retained = spec.definitionRef.retained ?? [];
  const before = spec.rollout?.canary?.pin;
  const mutated = refuseMutated(next, [stable, ...(before ? [before] : []), ...retained], canaryPinPath);
  if (mutated) return mutated;
  if (next.checksum === stable.checksum) {
    const message = `version ${next.version} is what the stable workers have: name another one with --version`;
    return problem('CanaryInvalid', message, { field: { path: canaryPinPath.join('.'), currentValue: next.version } });
  }
  const superseded = before && before.checksum !== next.checksum ? [before] : [];
  return { pin: stable, canary: next, retained: [...retained, ...superseded].filter(({ checksum }) => checksum !== next.checksum) };
}

function refuseMutated(next: Pin, known: readonly Pin[], path: readonly string[]): Problem | undefined {
  const twin = known.find(({ id, version, checksum }) => id === next.id && version === next.version && checksum !== next.checksum);
  if (!twin) return;
  const message = `version ${next.version} of "${next.id}" was pinned as ${twin.checksum}, the source now gives ${next.checksum}; publish a new version instead of changing one`;
  return problem('DefinitionMutated', message, { field: { path: path.join('.'), currentValue: twin.checksum } });
}

/** The reference as it reads with these pins: an empty list that stands in the text stays, one that becomes empty goes. */
export function withPins(ref: DefinitionRef, { pin, retained }: Pins): DefinitionRef {
  const { retained: before, ...rest } = ref;
  return { ...rest, pin, ...((retained.length > 0 || before?.length === 0) && { retained: [...retained] }) };
}

/** The edits of a Process's text from the pins it has to the ones it gets: as few as possible, so that comments stay. */
export function pinEdits(ref: DefinitionRef, next: Pins): Edit[] {
  return [...editsOfPin(ref.pin, next.pin, pinPath), ...editsOfRetained(ref.retained ?? [], next.retained)];
}

/** The edits of the pin that stands at a path. */
export function editsOfPin(current: Pin | undefined, next: Pin, path: Path): Edit[] {
  if (!current) return [{ set: path, to: next }];
  const keys = ['id', 'version', 'checksum'] as const;
  return keys.filter((key) => current[key] !== next[key]).map((key) => ({ set: [...path, key], to: next[key] }));
}

function editsOfRetained(current: readonly Pin[], next: readonly Pin[]): Edit[] {
  if (isSame(current, next)) return [];
  const dropped = current.flatMap((pin, index) => (next.some(({ checksum }) => checksum === pin.checksum) ? [] : [index]));
  const added = next.filter((pin) => !current.some(({ checksum }) => checksum === pin.checksum));
  if (next.length === 0) return [{ remove: retainedPath }];
  if (dropped.length > 0 && added.length > 0) return [{ set: retainedPath, to: next }];
  return [...dropped.map((index) => ({ drop: index, from: retainedPath })), ...added.map((pin) => ({ append: pin, at: retainedPath }))];
}
