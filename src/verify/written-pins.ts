/** The pins that a document of kind Process writes, be it a whole Process or a patch of one. Pure. */
import type { Pin } from '../process.ts';
import { isObject, type Resource, valueAt } from '../resource.ts';

export interface WrittenPin {
  readonly pin: Pin;
  readonly role: 'pin' | 'canary' | 'retained';
  readonly field: string;
}

export function pinsOf(item: Resource): WrittenPin[] {
  const ref = valueAt(item, 'spec', 'definitionRef');
  const retained = valueAt(ref, 'retained');
  const written = [
    { pin: valueAt(ref, 'pin'), role: 'pin' as const, field: 'spec.definitionRef.pin' },
    { pin: valueAt(item, 'spec', 'rollout', 'canary', 'pin'), role: 'canary' as const, field: 'spec.rollout.canary.pin' },
    ...(Array.isArray(retained) ? retained : []).map((pin: unknown, at) => ({
      pin,
      role: 'retained' as const,
      field: `spec.definitionRef.retained[${at}]`,
    })),
  ];
  return written.flatMap((one) => (isPin(one.pin) ? [{ ...one, pin: one.pin }] : []));
}

function isPin(value: unknown): value is Pin {
  return isObject(value) && typeof value.checksum === 'string' && typeof value.id === 'string';
}
