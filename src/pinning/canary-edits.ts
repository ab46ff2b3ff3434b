/** The edits of `spec.rollout` that give the canary its pin, and begin one where there is none. Pure. */
import { canaryPath, canaryPinPath, editsOfPin, type Pins, rolloutPath, strategyPath } from '../pin.ts';
import type { ProcessSpec } from '../process.ts';
import type { Edit } from '../yaml/edit.ts';
import type { WantedVersion } from './target.ts';

export function canaryEdits(rollout: ProcessSpec['rollout'], { canary: next }: Pins, wanted: WantedVersion): Edit[] {
  if (!next) return [];
  const version = typeof wanted === 'number' ? wanted : undefined;
  const begun = { ...(version !== undefined && { version }), pin: next };
  // All edits are of the text as it is: two that would each make the mapping would make it twice.
  if (Object.keys(rollout ?? {}).length === 0) return [{ set: rolloutPath, to: { strategy: 'Canary', canary: begun } }];
  const strategy: Edit[] = rollout?.strategy === 'Canary' ? [] : [{ set: strategyPath, to: 'Canary' }];
  const canary = rollout?.canary;
  if (!canary) return [...strategy, { set: canaryPath, to: begun }];
  const versionPath = [...canaryPath, 'version'];
  const versions: Edit[] =
    wanted === undefined || canary.version === version
      ? []
      : [version === undefined ? { remove: versionPath } : { set: versionPath, to: version }];
  return [...strategy, ...versions, ...editsOfPin(canary.pin, next, canaryPinPath)];
}
