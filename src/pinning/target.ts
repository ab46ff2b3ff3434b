/** A Process whose pin is to be written, whichever file that pin stands in: its own, or an overlay's patch. */
import type { Track } from '../names.ts';
import type { Pins } from '../pin.ts';
import { type Problem, problem } from '../problem.ts';
import type { Pin, Process } from '../process.ts';
import type { PinnedText } from '../render/resolve.ts';
import type { Change } from '../resource-list.ts';
import type { DefinitionBytes } from './definition-bytes.ts';

/** What `--version` asked for: a version, the latest, or nothing (what the Process says). */
export type WantedVersion = number | 'latest' | undefined;

/** What a command asks for: which track's pin, and which version of it. */
export interface Asked {
  readonly track: Track;
  readonly version: WantedVersion;
}

export interface Target {
  /** The Process that counts: as it stands, or as kustomize builds it. */
  readonly process: Process;
  /** Who its ConfigMaps are for in Git: the Process before the overlay's own prefix and namespace. */
  readonly owner: Process;
  /** Where the pin, or else the Process, is read from, relative to the folder. */
  readonly path: string;
  /** The patch that holds or will hold the pin; undefined where it stands in the Process's own file. */
  readonly patch?: string;
  /** The file of the definitions, relative to the folder. */
  readonly generatedPath: string;
  /** The definitions that are at hand. */
  readonly bytes: DefinitionBytes;
  /** The name of the ConfigMap for a checksum. */
  configMapName(checksum: string): string;
  /** The changes that write the pins, and the version where one was asked for. None when they stand there already. */
  changes(next: Pins, asked: Asked): Change[];
}

/** A target and what it gets. */
export interface Decided {
  readonly target: Target;
  readonly next: Pins;
  /** The bytes of every pin, the current one first, the canary's last. After a mere `--drop`, of those that are at hand. */
  readonly texts: readonly PinnedText[];
}

/** A finding about a target. */
export function about({ process: { apiVersion, kind, metadata }, path }: Target, found: Problem): Problem {
  const { name, namespace } = metadata;
  return { resource: { apiVersion, kind, name, ...(namespace && { namespace }) }, file: { path }, ...found };
}

/** What a target's pins are without those that `drops` names by version or checksum; refuses what is not retained. */
export function dropPins(target: Target, drops: readonly string[]): { dropped: readonly Pin[] } | { problems: Problem[] } {
  const { definitionRef, rollout } = target.process.spec;
  const { pin, retained = [] } = definitionRef;
  const dropped: Pin[] = [];
  const problems: Problem[] = [];
  for (const wanted of drops) {
    const matches = retained.filter((candidate) => isNamed(candidate, wanted));
    if (matches.length === 1) dropped.push(matches[0]!);
    else problems.push(about(target, refuseDrop(wanted, matches, { pin, canary: rollout?.canary?.pin, retained })));
  }
  return problems.length > 0 ? { problems } : { dropped };
}

const fewestDigits = 6;

function isNamed({ version, checksum }: Pin, wanted: string): boolean {
  if (wanted === String(version)) return true;
  const hex = wanted.replace(/^sha256:/, '').toLowerCase();
  return hex.length >= fewestDigits && /^[0-9a-f]+$/.test(hex) && checksum.startsWith(`sha256:${hex}`);
}

interface Standing {
  readonly pin: Pin | undefined;
  readonly canary: Pin | undefined;
  readonly retained: readonly Pin[];
}

function refuseDrop(wanted: string, matches: readonly Pin[], { pin, canary, retained }: Standing): Problem {
  const field = { path: 'spec.definitionRef.retained' };
  if (matches.length === 0 && pin && isNamed(pin, wanted)) {
    const message = `"${wanted}" is the current pin; pin another version first: \`ameide-process pin DIR NAME --version N\``;
    return problem('PinNotRetained', message, { field: { path: 'spec.definitionRef.pin', currentValue: pin } });
  }
  if (matches.length === 0 && canary && isNamed(canary, wanted)) {
    const message = `"${wanted}" is the canary's: end it first, with \`ameide-process promote FILE\` or \`abort FILE\``;
    return problem('PinNotRetained', message, { field: { path: 'spec.rollout.canary.pin', currentValue: canary } });
  }
  const list = (pins: readonly Pin[]) => pins.map(({ id, version, checksum }) => `${id} version ${version} (${checksum})`).join(', ');
  const message =
    matches.length > 1
      ? `"${wanted}" is several retained pins: ${list(matches)}; name one by its checksum`
      : `"${wanted}" is not retained; retained: ${list(retained) || 'nothing'}`;
  return problem('PinNotRetained', message, { field });
}
