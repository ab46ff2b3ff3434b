/** Which definition each Process runs: the pin in Git, verified offline, or a look-up where the policy allows one. The render's only I/O. */
import type { LookUp } from '../definition/look-up.ts';
import type { Definition, DefinitionRequest } from '../definition/source.ts';
import type { FnConfig } from '../fn-config.ts';
import { type Pins, repin, withPins } from '../pin.ts';
import { type Problem, problem } from '../problem.ts';
import type { Pin, Process } from '../process.ts';
import type { DefinitionStore } from './definition-store.ts';
import type { Located } from './located.ts';

/** A pin and its bytes. */
export interface PinnedText {
  readonly pin: Pin;
  readonly text: string;
}

/** A Process whose definitions are at hand; `process` has the pins that it gets. */
export interface Resolved extends Located {
  /** The reference as it stands in the text. */
  readonly written: Process['spec']['definitionRef'];
  readonly current: PinnedText;
  /** What its canary has as the current one, where that is another; only `pin --canary` looks it up. */
  readonly canary?: PinnedText;
  readonly retained: readonly PinnedText[];
}

/** The definitions of one Process. `definitions` is undefined where nothing may be looked up. */
export async function resolve(
  located: Located,
  store: DefinitionStore,
  config: FnConfig,
  definitions?: Pick<LookUp, 'read'>,
): Promise<Resolved | Problem[]> {
  const ref = located.process.spec.definitionRef;
  const isAsked = config.resolve === 'Always' || (config.resolve === 'IfMissing' && !ref.pin);
  if (!isAsked || !definitions) {
    return ref.pin ? offline(located, store, { pin: ref.pin, retained: ref.retained ?? [] }) : [notLookedUp(config)];
  }
  if (config.resolve === 'IfMissing' && !located.place) return [pinMissing('a pin could not be written back from this build')];

  const definition = await definitions.read(requestOf(located.process));
  if ('reason' in definition) return [definition];
  const next = repin(located.process.spec, definition);
  return 'reason' in next ? [next] : offline(located, store, next, definition);
}

export function requestOf({ metadata, spec: { definitionRef } }: Process): DefinitionRequest {
  const { id, tenantId, version } = definitionRef;
  return { id, tenantId, ...(version !== undefined && { version }), ...(metadata.namespace && { namespace: metadata.namespace }) };
}

/** Every pin with its bytes: those just looked up, or the ones that stand beside the Process. */
function offline(located: Located, store: DefinitionStore, pins: Pins, fresh?: Definition): Resolved | Problem[] {
  const { id, version, tenantId } = located.process.spec.definitionRef;
  const problems: Problem[] = [];
  if (pins.pin.id !== id) problems.push(mismatch(`the pin is for "${pins.pin.id}", the Process wants "${id}"`, pins.pin));
  if (version !== undefined && pins.pin.version !== version) {
    problems.push(mismatch(`the pin is for version ${pins.pin.version}, the Process wants ${version}`, pins.pin));
  }
  const canaryRef = located.process.spec.rollout?.canary;
  if (canaryRef?.version !== undefined && !canaryRef.pin) problems.push(canaryNotPinned(canaryRef.version));
  if (problems.length > 0) return problems;

  const readPin = (pin: Pin, role: 'pin' | 'canary' | 'retained', field: string): PinnedText | undefined => {
    const text = fresh && pin.checksum === fresh.checksum ? fresh.text : store.read(pin, tenantId, role, field);
    if (typeof text === 'string') return { pin, text };
    problems.push(text);
    return;
  };
  const current = readPin(pins.pin, 'pin', 'spec.definitionRef.pin');
  const canary = canaryRef?.pin && readPin(canaryRef.pin, 'canary', 'spec.rollout.canary.pin');
  const retained = pins.retained.map((pin, at) => readPin(pin, 'retained', `spec.definitionRef.retained[${at}]`));
  if (!current || problems.length > 0) return problems;
  const { process } = located;
  const definitionRef = withPins(process.spec.definitionRef, pins);
  return {
    ...located,
    process: { ...process, spec: { ...process.spec, definitionRef } },
    written: process.spec.definitionRef,
    current,
    ...(canary && { canary }),
    retained: retained.filter((text) => text !== undefined),
  };
}

function mismatch(what: string, pin: Pin): Problem {
  const field = { path: 'spec.definitionRef.pin', currentValue: { id: pin.id, version: pin.version } };
  return problem('PinMismatch', `${what}; run \`ameide-process pin DIR\` and commit`, { field });
}

function canaryNotPinned(version: number): Problem {
  const message = `version ${version} is wanted for the canary and not pinned; run \`ameide-process pin DIR NAME --canary\` and commit`;
  return problem('PinMissing', message, { field: { path: 'spec.rollout.canary.pin' } });
}

function notLookedUp({ source }: FnConfig): Problem {
  if (source !== undefined) return pinMissing('nothing may be looked up here (resolve: Never)');
  return pinMissing(
    'no source of definitions is configured',
    'run `ameide-process pin DIR --source grpc://HOST:PORT` (or a folder) and commit',
  );
}

function pinMissing(why: string, nextStep = 'run `ameide-process pin DIR` and commit'): Problem {
  return problem('PinMissing', `the definition is not pinned and ${why}; ${nextStep}`, { field: { path: 'spec.definitionRef.pin' } });
}

/** What was pinned, for people: `L2O_v3: 2 → 3`. Undefined when nothing moved. */
export function pinMove({ written: { pin }, current }: Resolved): string | undefined {
  const next = current.pin;
  if (pin && pin.checksum === next.checksum && pin.version === next.version) return;
  return `${next.id}: ${pin ? `${pin.version} → ` : ''}${next.version}`;
}
