/** What a Process becomes: plain Kubernetes objects, in the order in which they are read best. Pure. */
import type { FnConfig } from '../fn-config.ts';
import type { Resource } from '../resource.ts';
import { cronJobs } from './cron-jobs.ts';
import { definitionConfigMap } from './definition-config-map.ts';
import { wantedTracks, workerDeployment } from './deployment.ts';
import { podMonitor } from './pod-monitor.ts';
import type { Resolved } from './resolve.ts';
import { hasSchedules, schedulesAccount } from './schedules-account.ts';
import { secretsRole, temporalSecrets } from './secrets-role.ts';
import { secretsRoleBinding } from './secrets-role-binding.ts';

export interface Plan {
  readonly resolved: Resolved;
  readonly resources: readonly Resource[];
}

export function plan(resolved: Resolved, config: FnConfig): Plan {
  const { process, current, canary, retained } = resolved;
  const definitions = [current, ...retained, ...(canary ? [canary] : [])].map((text) => definitionConfigMap(process, text));
  const workers = wantedTracks(process).map((track) => workerDeployment(resolved, config, track));
  const rights = temporalSecrets(process.spec).length > 0 ? [secretsRole(process), secretsRoleBinding(process, config)] : [];
  const monitor = podMonitor(process);
  const schedules = hasSchedules(process.spec) ? [...cronJobs(process, config), ...schedulesAccount(process)] : [];
  return {
    resolved,
    resources: [...definitions, ...workers, ...(monitor ? [monitor] : []), ...rights, ...schedules],
  };
}
