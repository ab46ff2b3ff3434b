/** The rules of `spec.rollout.canary`. */
import { has, path, type Rule, type Value } from './rule.ts';

const canaryOf = ({ rollout }: Value): Value => rollout?.canary;
const hasOtherImage = (spec: Value): boolean => canaryOf(spec)?.image !== undefined && canaryOf(spec).image !== spec.image;
const atSpec = path('spec');

export const canaryRules: readonly Rule[] = [
  {
    at: path('spec.rollout'),
    message: 'a canary needs strategy Canary: set it, or remove the canary',
    fieldPath: '.strategy',
    reason: 'CanaryInvalid',
    holds: ({ canary, strategy }) => !canary || strategy === 'Canary',
  },
  {
    at: path('spec.rollout'),
    message: "the canary's pin is for another version: run `ameide-process pin --canary`",
    fieldPath: '.canary.pin.version',
    reason: 'PinMismatch',
    holds: ({ canary }) => !canary?.pin || canary.version === undefined || canary.pin.version === canary.version,
  },
  {
    at: atSpec,
    message: 'the canary has the stable image and definition: give it another one, or remove it',
    fieldPath: '.rollout.canary',
    reason: 'CanaryInvalid',
    holds: (spec) => !canaryOf(spec) || hasOtherImage(spec) || has(canaryOf(spec), 'version') || has(canaryOf(spec), 'pin'),
  },
  {
    at: atSpec,
    message:
      "on one task queue a canary also gets tasks of workflows that the stable image runs, and stable those of the canary's: an image that does not replay them fails these tasks. Set replayCompatible: true if it does, else run it as a Process with a queue of its own",
    fieldPath: '.rollout.canary.replayCompatible',
    reason: 'CanaryNotAcknowledged',
    holds: (spec) => !hasOtherImage(spec) || canaryOf(spec).replayCompatible === true,
  },
  {
    at: atSpec,
    message: 'a canary must not have more replicas than stable (spec.worker.replicas)',
    fieldPath: '.rollout.canary.replicas',
    reason: 'CanaryInvalid',
    holds: (spec) => !canaryOf(spec) || spec.worker?.replicas === undefined || (canaryOf(spec).replicas ?? 1) <= spec.worker.replicas,
  },
  {
    at: atSpec,
    message: "the canary's pin is for another id: run `ameide-process pin --canary`",
    fieldPath: '.rollout.canary.pin.id',
    reason: 'PinMismatch',
    holds: (spec) => !canaryOf(spec)?.pin || canaryOf(spec).pin.id === spec.definitionRef.id,
  },
  {
    at: atSpec,
    message: "the canary's pin is the stable pin as well: remove it, or pin another version",
    fieldPath: '.rollout.canary.pin',
    reason: 'CanaryInvalid',
    holds: (spec) => !canaryOf(spec)?.pin || canaryOf(spec).pin.checksum !== spec.definitionRef.pin?.checksum,
  },
  {
    at: atSpec,
    message: "the canary's pin is among the retained pins as well: remove it there",
    fieldPath: '.definitionRef.retained',
    reason: 'CanaryInvalid',
    holds: (spec) => !spec.definitionRef.retained?.some(({ checksum }: Value) => checksum === canaryOf(spec)?.pin?.checksum),
  },
];
