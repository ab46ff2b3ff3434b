/** Findings: one closed vocabulary of reasons, the same words in KRM results, on stderr, in conditions and in the README. */

/** What each reason means and what a person does about it. README's table is generated from this. */
export const reasons = {
  // The list itself
  NotAResourceList: ['The input is not a KRM ResourceList.', 'Pipe a ResourceList, or name a folder: `ameide-process render DIR`.'],
  YamlInvalid: ['The text is not YAML (or not UTF-8).', 'Mend the YAML at the line and column that are named.'],
  YamlDuplicateKey: ['A mapping has the same key twice; parsers disagree on which one counts.', 'Remove one of the two.'],
  YamlUnsafe: ['The YAML cannot be carried safely: alias bombs, extreme nesting, aliases across items.', 'Write the value out.'],
  PathOutsidePackage: ['A path annotation leaves the package.', 'Correct the `path` annotation.'],
  // The function configuration
  FnConfigInvalid: ['The function configuration has an unknown, missing or ill-typed field.', 'See the reference in fn-config/.'],
  // A Process
  FieldUnknown: ['A Process has a field that the CRD does not know.', 'Correct its name or remove it.'],
  FieldMissing: ['A Process lacks a required field.', 'Add it.'],
  FieldInvalid: ['A field has the wrong type or a value that is not allowed.', 'Correct the value.'],
  FieldNotBuilt: ['The field or strategy is planned but not built yet.', 'Remove it until a later version.'],
  NameInvalid: ['A name would be refused by Kubernetes.', 'Choose a legal name.'],
  LabelInvalid: [
    'A label or annotation would be refused by Kubernetes, or clashes with one that the tool sets.',
    'Choose a legal, free one.',
  ],
  ProcessDuplicate: ['Two Processes have one name in one namespace.', 'Rename or remove one.'],
  NameConflict: ["A generated object needs a name that a user's object or another Process's has.", 'Rename that object or the Process.'],
  EnvConflict: ['`spec.worker.env` sets a variable that the tool sets.', 'Rename the variable.'],
  ImageNotPinned: ['The policy demands an image digest and the image has none.', 'Use `name@sha256:…`.'],
  ResourcesMissing: ['The policy demands worker resources and the Process has none.', 'Set `spec.worker.resources`.'],
  ToolImageMissing: [
    'An SLA check or a cleanup has no image to run.',
    'Set `spec.tool.image` in the function configuration, or the `image` of the check.',
  ],
  TimeZoneUnknown: [
    'The time zone of a schedule is none that Kubernetes knows.',
    'Use a name of the IANA database, such as Europe/Berlin.',
  ],
  CanaryInvalid: [
    'A canary that changes nothing, has more replicas than stable, or contradicts the rest of the spec.',
    'Correct it, or remove it: `ameide-process abort FILE`.',
  ],
  CanaryNotAcknowledged: [
    'A canary has another image, and nobody says that it replays the workflows of the stable one, whose tasks it gets too.',
    'Set `replayCompatible: true` if it does; else give it a queue of its own, with a second Process.',
  ],
  CanaryMissing: ['There is no canary to promote or to abort.', 'Name the file of a Process that has one.'],
  // Pins and definitions
  PinMissing: ['The Process has no pin, and none may be looked up here.', 'Run `ameide-process pin DIR` and commit.'],
  PinMismatch: ['The pin is for another id, tenant or version than the Process wants.', 'Run `ameide-process pin DIR` and commit.'],
  ChecksumMismatch: ['The bytes do not have the checksum that is claimed for them.', 'Restore the bytes from Git, or pin again.'],
  PinNotRetained: ['`--drop` names a pin that is not retained, or the current one.', 'Name a retained version or checksum.'],
  DefinitionBytesMissing: ['No ConfigMap holds the pinned bytes.', 'Run `ameide-process pin DIR`, or restore the file from Git.'],
  RetainedBytesMissing: [
    'No ConfigMap holds the bytes of a retained version.',
    'Restore the file from Git, or retire it with `pin --drop`.',
  ],
  DefinitionNotFound: ['The source has no such definition, tenant or version.', 'Add it there or correct `definitionRef`.'],
  DefinitionMutated: [
    'The source gives other bytes for a version that is already pinned.',
    'Publish a new version; versions are immutable.',
  ],
  DefinitionInvalid: ['The definition is not a JSON object in UTF-8.', 'Correct it at the source.'],
  DefinitionTooLarge: ['The definition does not fit a ConfigMap.', 'Make it smaller.'],
  DefinitionPinned: ['A pin was written or moved.', 'Review the diff and commit.'],
  NotReproducible: [
    '`resolve: Always` looked definitions up during a build: the result is not a function of the commit.',
    'Pin in Git instead.',
  ],
  // The source
  SourceInvalid: ['The configured definition source cannot be used.', 'Name `grpc://HOST:PORT`, `grpcs://HOST:PORT` or a folder.'],
  SourceUnreachable: ['The definition source does not answer.', 'Check the address and the network.'],
  SourceTimedOut: ['The definition source did not answer in time.', 'Check the service, or raise `timeout`.'],
  SourceUnauthorized: ['The definition source refused the credentials.', 'Check the token.'],
  SourceAnswerInvalid: ['The definition source answered something unusable.', 'Check the address, `servicePath` and the service.'],
  // Editing and verifying
  NotEditable: ['The YAML cannot be edited in place without changing something else.', 'Write that part as a plain block mapping.'],
  ToolMissing: ['A program that is needed is not on PATH.', 'Install it as the message says.'],
  PackageInvalid: ['A folder or file cannot be read, written or used as a package.', 'The message says what is in the way.'],
  NotRendered: [
    'A Process has no workers, in Git or in the rendered stream.',
    'Run `ameide-process render DIR` and commit; with kustomize, build with `--enable-alpha-plugins --enable-exec`.',
  ],
  RenderBroken: [
    'Rendered objects disagree: something changed them after the render.',
    'Make the change before the function runs, or remove it.',
  ],
  RenderStale: ['The generated files are not what a render gives now.', 'Run `ameide-process render DIR` and commit.'],
  PinDropped: ['A pin that the other revision retains is gone.', 'Retire it knowingly with `pin --drop`.'],
  ProcessRemoved: [
    'A Process of the other revision is gone. Where the sidecar guards it, its deletion waits for its workflows, and Argo CD with it.',
    'Better drain it first: `ameide-process drain FILE`, and remove it when it is Drained.',
  ],
  IdentityChanged: ['The address, Temporal namespace or task queue of a Process changed.', 'Add a new Process and drain the old one.'],
  // The sidecar
  ClusterUnusable: ['The program cannot work where it is.', 'The message says what is in the way.'],
  // Verifying a live cluster
  ClusterUnreachable: ['The API server does not answer.', 'Check the address in the kubeconfig, and the network.'],
  ClusterForbidden: [
    'The API server refuses the credentials, or what was asked with them.',
    'Use other credentials, or grant what the message names.',
  ],
  CrdMissing: ['The cluster does not know the kind Process.', 'Apply `deploy/crd`.'],
  ProcessNotFound: ['There is no such Process where it was looked for.', 'Apply it, or name its namespace with `-n`.'],
  NothingToRelease: ['The Process is not being deleted, or nothing of ours holds it.', 'Delete it first.'],
  StatusMissing: ['Nobody wrote the status of a Process.', 'See that the sidecar runs and watches the namespace (`deploy/sidecar`).'],
  StatusStale: ['The status of a Process is about an earlier spec.', 'Wait some seconds; if it stays, see that the sidecar runs.'],
  ConditionUnhealthy: [
    'A condition has a reason that this version of the tool does not know.',
    'See its message; use the version that wrote it.',
  ],
  // SLA checks and cleanups
  ScheduleMissing: ['The live Process has no SLA check or cleanup of this name.', 'Name one that it has; render, commit and sync.'],
  SlaBreached: ['A workflow runs for longer than an SLA check allows.', 'Look at the workflow in Temporal.'],
  Swept: ['A cleanup ended workflows that ran for too long.', 'Nothing.'],
  SweepRefused: [
    'A cleanup ended nothing: the Process is drained, is not as rendered, or others use its task queue, or may.',
    'The message says which; mend that, or remove the cleanup.',
  ],
  SweepInterrupted: ['A cleanup was told to stop before it was done.', 'Nothing: what it ended is told, and the next run goes on.'],
  // Conditions that are as they should be
  AsRendered: ['The pinned bytes are in the live ConfigMap, and the pods mount them.', 'Nothing.'],
  WorkloadAvailable: ['The worker Deployment is what Git rendered, and all its pods are ready.', 'Nothing.'],
  PollersLive: ['Live pods of this Process poll its task queue.', 'Nothing.'],
  TemporalAnswers: ['Temporal answers and the namespace is registered.', 'Nothing.'],
  DependenciesFound: ['Every Domain and Agent that is named is Ready, or none is named.', 'Nothing.'],
  NotDegraded: ['Nothing is impaired.', 'Nothing.'],
  AllReady: ['The workers run the pinned definition and poll.', 'Nothing.'],
  GuardInPlace: ['The guard is on the live Process: a deletion waits until no workflow runs.', 'Nothing.'],
  StartsAccepted: ['Workflows may be started.', 'Nothing.'],
  NoWorkflows: ['Several looks in a row found no workflow of the queue: the Process can be removed.', 'Remove the Process from Git.'],
  HandedOver: ['Another Process serves the queue, with the definitions that running workflows need.', 'Remove this Process from Git.'],
  Abandoned: ['The workflows that run are left without workers, as the policy says.', 'Remove the Process from Git.'],
  // Conditions: the cluster
  NotLookedYet: ['The sidecar has not looked yet.', 'Wait some seconds; if it stays, look at the sidecar’s log.'],
  CannotRead: [
    'The sidecar may not read, or cannot read, what it would have to.',
    'Grant what the message names (deploy/sidecar), or see why the API server fails.',
  ],
  SpecInvalid: ['The live spec is not valid for this version of the tool.', 'Correct the fields that the message names, in Git.'],
  DefinitionNotMounted: [
    'The pods mount another ConfigMap than the one that is pinned.',
    'Render and apply again; undo what was changed by hand.',
  ],
  WorkloadPaused: ['The worker Deployment is paused.', 'Run `kubectl rollout resume`.'],
  ScaledToZero: ['The worker Deployment has no replicas.', 'Scale it up, in Git or where its autoscaler is configured.'],
  RollingOut: ['New pods replace old ones.', 'Wait; a roll-out that is stuck is told of.'],
  RolloutStuck: ['The roll-out exceeded its progress deadline.', 'See what the message says of the pods, or go back in Git.'],
  PodsNotReady: ['Not all worker pods are ready.', 'See what the message says of the pods.'],
  WorkersPartlyLost: ['Some of the pods are not ready, or do not poll.', 'See what the message says of the pods.'],
  DependencyMissing: ['A Domain or Agent that is named does not exist.', 'Create it, or remove it from `spec.dependencies`.'],
  DependencyKindMissing: ['The cluster does not have the kind of a dependency.', 'Install the Domain or Agent operator.'],
  DependencyNotReady: ['A Domain or Agent that is named is not Ready.', 'See its own status.'],
  // Conditions: the canary
  CanaryIll: ['The canary is not well; the stable workers may be.', 'See CanaryReady; go back with `ameide-process abort FILE`.'],
  CanaryLeft: ['The canary was promoted or aborted, and its Deployment is still there.', 'Prune what Git no longer has, or delete it.'],
  // Conditions: the guard
  GuardRefused: ['The API server refuses to let the sidecar guard the Process.', 'Apply `deploy/watched-namespace` of this version.'],
  GuardIneffective: [
    'Something outside the sidecar’s reach takes workers away before their workflows have ended.',
    'Change what the message names, or drain with `spec.lifecycle: Draining` before you delete.',
  ],
  // Conditions: the drain
  StartsPaused: [
    'The Process is drained: Schedules of its queue are paused, and nobody should start workflows.',
    'Start no workflows; unless it is deleted, `spec.lifecycle: Active` undoes it.',
  ],
  PausingStarts: ['Schedules of the queue are being paused.', 'Wait.'],
  WorkflowsRunning: ['Workflows of the queue still run.', 'Wait; `spec.drain` says what happens to them.'],
  ConfirmingEmpty: ['No workflow was found; one such answer proves nothing.', 'Wait some seconds.'],
  HandOverAwaited: [
    'Another Process serves the same queue; it is not ready yet, or lacks a definition that workflows here need.',
    'Wait for it to be ready; retain the definitions that the message names.',
  ],
  DrainTimedOut: [
    'Workflows still run after `spec.drain.timeout`. Nothing is killed by itself.',
    'Give it more time, choose another policy, or run `ameide-process release`.',
  ],
  DrainPolicyRefused: [
    'The policy would end workflows, but the live spec is not what was rendered, or the queue is shared: it waits instead.',
    'Render, commit and sync; undo what was changed by hand.',
  ],
  ReopeningStarts: ['What the drain had paused is being restored.', 'Wait.'],
  // Conditions: Temporal
  TemporalUnreachable: [
    'Temporal did not answer for longer than the grace of 30 s.',
    'Check the address, the network and Temporal. Workers are left alone.',
  ],
  TemporalTlsFailed: ['The TLS handshake with Temporal fails.', 'Check `spec.temporal.tls` and its Secrets.'],
  TemporalForbidden: [
    'Temporal refuses the credentials, so nothing is known.',
    'Check `spec.temporal.apiKeySecretRef` and the rights of the key.',
  ],
  CredentialsMissing: [
    'A Secret with credentials for Temporal is absent, or may not be read.',
    'Create it, or apply the rendered Role that lets the sidecar read it.',
  ],
  NamespaceNotFound: [
    'The Temporal namespace does not exist.',
    'Create it, or correct the Process: its namespace cannot be changed later.',
  ],
  NamespaceDeprecated: [
    'The Temporal namespace is deprecated or deleted: no workflow can start.',
    'Move to another namespace with a new Process.',
  ],
  WorkersMisdirected: [
    'The workers are told another address, namespace or queue than the Process has.',
    'Render and apply again; undo what was changed by hand.',
  ],
  WaitingForPollers: ['The pods are ready; their first poll is awaited.', 'Wait.'],
  NoPollers: [
    'The pods are ready, but none of them polls the task queue.',
    'Look at the workers’ logs: which address, namespace and queue do they use?',
  ],
  NoCurrentVersion: [
    'The workers are versioned, and their version gets no tasks.',
    'Make it the current version: `temporal worker deployment set-current-version`.',
  ],
} as const satisfies Record<string, readonly [meaning: string, nextStep: string]>;

export type Reason = keyof typeof reasons;

/** The resource a finding is about, as KRM results name it. */
export interface ResourceRef {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
}

/** One finding: what (reason), where (resource, field, file), found and next step (message). Errors fail the run. */
export interface Problem {
  readonly reason: Reason;
  readonly severity: 'error' | 'warning' | 'info';
  /** One sentence for a person: what was found and what to do. It names neither resource nor field; `describe` does. */
  readonly message: string;
  readonly resource?: ResourceRef;
  readonly field?: { readonly path: string; readonly currentValue?: unknown; readonly proposedValue?: unknown };
  readonly file?: { readonly path: string; readonly index?: number };
}

/** A finding of severity error. */
export function problem(reason: Reason, message: string, where: Pick<Problem, 'resource' | 'field' | 'file'> = {}): Problem {
  return { reason, severity: 'error', message, ...where };
}

export function hasErrors(problems: readonly Problem[]): boolean {
  return problems.some(({ severity }) => severity === 'error');
}

/** The finding as one line: `error PinMissing: Process "l2o" spec.definitionRef.pin (l2o.yaml): …`. */
export function describe({ reason, severity, message, resource, field, file }: Problem): string {
  const subject = resource && `${resource.kind} "${resource.namespace ? `${resource.namespace}/` : ''}${resource.name}"`;
  const where = [subject, field?.path, file && (subject ? `(${file.path})` : file.path)].filter(Boolean).join(' ');
  return oneLine(`${severity} ${reason}: ${where}${where ? ': ' : ''}${message}`);
}

/** The finding as an entry of a ResourceList's `results` (KRM functions specification). */
export function toResult({ reason, severity, message, resource, field, file }: Problem): Record<string, unknown> {
  return {
    message: oneLine(message),
    severity,
    ...(resource && { resourceRef: resource }),
    ...(field && { field }),
    ...(file && { file }),
    tags: { reason },
  };
}

/** Control characters in what was found must not break a line of a log. */
function oneLine(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return text.replace(/[\u0000-\u001f\u007f\u2028\u2029]+/g, ' ').trim();
}
