/** The CronJobs of a Process: one for each SLA check and each cleanup. */
import type { FnConfig } from '../fn-config.ts';
import { cronJobName, env, scheduleEnv, schedulesAccountName, selectorLabel } from '../names.ts';
import type { Process, ProcessSpec } from '../process.ts';
import type { Resource } from '../resource.ts';
import { childMetadata, podLabels, renderedFrom } from './child-metadata.ts';
import { containerSecurity, podSecurity, pullSecretsOf, withoutUndefined } from './deployment.ts';
import { apiKeyVariables, type EnvVar, plainVariables, temporalPlace, tlsValues, tlsVolumes } from './temporal-env.ts';

export type SlaCheck = NonNullable<ProcessSpec['slaChecks']>[number];
export type Cleanup = NonNullable<ProcessSpec['cleanups']>[number];

/** What the two have in common. */
interface Scheduled {
  readonly kind: 'sla' | 'cleanup';
  readonly of: SlaCheck | Cleanup;
  /** Of the tool, where there is no command of the user's own. */
  readonly args: readonly string[];
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** So long one run may take, retries included. */
  readonly withinSeconds: number;
  /** Of a run that failed, at once. */
  readonly retries: number;
}

export const defaultSeverity = 'warning';

/** What of the function configuration they depend upon. */
export type ScheduleConfig = Pick<FnConfig, 'tool' | 'temporal'> & {
  readonly worker: Pick<FnConfig['worker'], 'imagePullSecrets' | 'nodeSelector'>;
};

export function cronJobs(process: Process, config: ScheduleConfig): Resource[] {
  return scheduledOf(process).map((scheduled) => cronJob(process, scheduled, config));
}

function scheduledOf({ metadata, spec }: Process): Scheduled[] {
  const checks = (spec.slaChecks ?? []).map(
    (check): Scheduled => ({
      kind: 'sla',
      of: check,
      args: ['check-sla', metadata.name, '--check', check.name, '--output', 'lines'],
      variables: {
        [scheduleEnv.check]: check.name,
        [scheduleEnv.maxDuration]: check.maxDuration,
        [scheduleEnv.severity]: check.severity ?? defaultSeverity,
      },
      withinSeconds: 600,
      retries: 2,
    }),
  );
  const cleanups = (spec.cleanups ?? []).map(
    (cleanup): Scheduled => ({
      kind: 'cleanup',
      of: cleanup,
      args: ['sweep', metadata.name, '--cleanup', cleanup.name, '--output', 'lines'],
      variables: {
        [scheduleEnv.cleanup]: cleanup.name,
        [scheduleEnv.olderThan]: cleanup.olderThan,
        [scheduleEnv.action]: cleanup.action,
      },
      withinSeconds: 1_800,
      // Each would end as many again as one run may; the next run on the schedule goes on.
      retries: 0,
    }),
  );
  return [...checks, ...cleanups];
}

/** A run that was missed for longer is left out; Kubernetes gives up on a CronJob that missed a hundred within this time. */
const startingDeadlineSeconds = 3_600;

function cronJob(process: Process, scheduled: Scheduled, config: ScheduleConfig): Resource {
  const { kind, of } = scheduled;
  const labels = jobLabels(process, kind);
  const metadata = childMetadata(process, cronJobName(process.metadata.name, kind, of.name), renderedFrom(process));
  return {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { ...metadata, labels: { ...(metadata.labels as object), ...labels } },
    spec: withoutUndefined({
      schedule: of.schedule,
      timeZone: of.timeZone,
      suspend: process.spec.lifecycle === 'Draining',
      concurrencyPolicy: 'Forbid',
      startingDeadlineSeconds,
      successfulJobsHistoryLimit: 1,
      failedJobsHistoryLimit: 3,
      jobTemplate: {
        metadata: { labels },
        spec: {
          backoffLimit: scheduled.retries,
          activeDeadlineSeconds: scheduled.withinSeconds,
          template: { metadata: { labels }, spec: podSpec(process, scheduled, config) },
        },
      },
    }),
  };
}

/** Without the selector's: these pods are no workers. */
function jobLabels(process: Process, kind: Scheduled['kind']): Record<string, string> {
  const { [selectorLabel.process]: _, ...labels } = podLabels(process);
  return { ...labels, 'app.kubernetes.io/component': kind === 'sla' ? 'sla-check' : 'cleanup' };
}

function podSpec(process: Process, scheduled: Scheduled, config: ScheduleConfig): Record<string, unknown> {
  const { spec, metadata } = process;
  return withoutUndefined({
    restartPolicy: 'Never',
    serviceAccountName: schedulesAccountName(metadata.name),
    automountServiceAccountToken: true,
    imagePullSecrets: pullSecretsOf(process, config),
    securityContext: podSecurity,
    nodeSelector: spec.worker?.nodeSelector ?? config.worker.nodeSelector,
    tolerations: spec.worker?.tolerations,
    containers: [container(process, scheduled, config)],
    volumes: [{ name: 'tmp', emptyDir: {} }, ...tlsVolumes(spec.temporal).volumes],
  });
}

function container(process: Process, scheduled: Scheduled, { tool, temporal }: ScheduleConfig): Record<string, unknown> {
  const { kind, of, args } = scheduled;
  return withoutUndefined({
    name: kind === 'sla' ? 'check-sla' : 'sweep',
    image: of.image ?? tool.image,
    imagePullPolicy: tool.imagePullPolicy,
    ...(of.command ? { command: of.command } : { args }),
    env: scheduleVariables(process, scheduled, temporal.address),
    resources: tool.resources,
    securityContext: containerSecurity,
    volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }, ...tlsVolumes(process.spec.temporal).mounts],
  });
}

function scheduleVariables(process: Process, { of, variables }: Scheduled, defaultAddress: string): EnvVar[] {
  const { spec } = process;
  const values = {
    ...temporalPlace(process, defaultAddress),
    [env.tenantId]: spec.definitionRef.tenantId,
    ...variables,
    [scheduleEnv.workflowType]: of.workflowType,
    [env.logLevel]: spec.observability?.logLevel ?? 'info',
    ...tlsValues(spec.temporal),
  };
  return [
    ...plainVariables(values),
    { name: scheduleEnv.processNamespace, valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } } },
    ...apiKeyVariables(spec.temporal),
  ];
}
