/** Reasons in conditions of a live Process: which condition each comes from, and the words of those that mean something else in Git. */
import { type Reason, reasons } from './problem.ts';

/** Why Temporal was not asked, or did not answer: then it is not known who polls, either. */
const notAsked = [
  'NotLookedYet',
  'CredentialsMissing',
  'TemporalForbidden',
  'TemporalTlsFailed',
  'TemporalUnreachable',
  'NamespaceNotFound',
] as const;

/** Conditions repeat what others found (`Ready`, `Degraded`, `Stalled`, `Reconciling`, `CanaryReady`); here are those that find it. */
export const conditionReasons = {
  Ready: ['AllReady'],
  DefinitionResolved: [
    'SpecInvalid',
    'CannotRead',
    'PinMissing',
    'DefinitionBytesMissing',
    'RetainedBytesMissing',
    'ChecksumMismatch',
    'NotRendered',
    'DefinitionNotMounted',
    'AsRendered',
  ],
  WorkloadReady: [
    'SpecInvalid',
    'CannotRead',
    'NotRendered',
    'RenderStale',
    'ScaledToZero',
    'RolloutStuck',
    'WorkloadPaused',
    'RollingOut',
    'PodsNotReady',
    'WorkloadAvailable',
  ],
  WorkersReady: ['CannotRead', 'WorkersMisdirected', ...notAsked, 'NoCurrentVersion', 'WaitingForPollers', 'NoPollers', 'PollersLive'],
  TemporalHealthy: [...notAsked, 'NamespaceDeprecated', 'TemporalAnswers'],
  DependenciesReady: [
    'SpecInvalid',
    'DependencyKindMissing',
    'DependencyMissing',
    'DependencyNotReady',
    'CannotRead',
    'NotLookedYet',
    'DependenciesFound',
  ],
  CanaryReady: ['CanaryLeft', 'WorkersPartlyLost'],
  Degraded: ['WorkersPartlyLost', 'CanaryIll', 'NotDegraded'],
  Guarded: ['CannotRead', 'NotRendered', 'NotLookedYet', 'GuardRefused', 'GuardIneffective', 'GuardInPlace'],
  AcceptingStarts: ['StartsAccepted', 'StartsPaused', 'ReopeningStarts'],
  Draining: ['PausingStarts', 'WorkflowsRunning', 'HandOverAwaited', 'ConfirmingEmpty'],
  Drained: ['NoWorkflows', 'HandedOver', 'Abandoned'],
  Stalled: ['DrainTimedOut', 'DrainPolicyRefused'],
} as const satisfies Readonly<Record<string, readonly Reason[]>>;

/** What a live Process says with a reason that Git has, too. */
export const liveReasons: Partial<Readonly<Record<Reason, readonly [meaning: string, nextStep: string]>>> = {
  PinMissing: ['The live Process has no pin, so its workers have no definition.', 'Run `ameide-process pin DIR`, commit and sync.'],
  DefinitionBytesMissing: [
    'No live ConfigMap holds the pinned bytes.',
    'Sync it from Git; where Git lacks it, run `ameide-process pin DIR` and commit.',
  ],
  RetainedBytesMissing: [
    'No live ConfigMap holds the bytes of a retained version.',
    'Sync it from Git; where Git lacks it, restore its file, or retire the version with `pin --drop`.',
  ],
  ChecksumMismatch: ['A live ConfigMap holds other bytes than it should.', 'Delete that ConfigMap and sync it from Git.'],
  NotRendered: [
    'There is no worker Deployment of the Process.',
    'Sync it from Git; where Git lacks it, run `ameide-process render DIR` and commit; with kustomize, build with `--enable-alpha-plugins --enable-exec`.',
  ],
  RenderStale: [
    'The Deployment was not rendered from the live spec.',
    'Run `ameide-process render DIR`, commit and sync; undo what was changed by hand.',
  ],
};

/** What a person does about the reason of a condition, which another version of the tool may have written. */
export function nextStepOf(reason: string): string {
  const known = Object.hasOwn(reasons, reason) ? (reason as Reason) : 'ConditionUnhealthy';
  return (liveReasons[known] ?? reasons[known])[1];
}
