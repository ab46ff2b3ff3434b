/**
 * The example worker with one fault, for tests. FAULT says which; those that come later come on SIGHUP, or FAULT_AFTER seconds after the
 * start.
 */
import '../../../examples/worker/early-exit.ts';
import { createServer } from 'node:http';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkerOptions } from '@temporalio/worker';
import { createActivities } from '../../../examples/worker/activities.ts';
import type { Environment } from '../../../examples/worker/environment.ts';
import { readEnvironment } from '../../../examples/worker/environment.ts';
import { runWorker } from '../../../examples/worker/worker.ts';

const faults: Record<string, (environment: Environment) => Promise<void>> = {
  none: (environment) => runWorker(environment),
  'other-queue': (environment) => runWorker({ ...environment, taskQueue: `${environment.taskQueue}-other` }),
  'never-polls': neverPoll,
  blocks: (environment) => later(environment, block),
  'stops-polling': (environment) => later(environment, stopPolling),
  crashes: (environment) => later(environment, () => process.exit(1)),
  'custom-identity': (environment) => runWorker(environment, { identity: 'a-worker-of-ours' }),
  'no-activities': (environment) => runWorker(environment, { enableNonLocalActivities: false }),
  'slow-steps': (environment) => runWorker(environment, { activities: createActivities(environment, () => sleep(15_000)) }),
  'activity-only': (environment) => runWorker(environment, { workflowBundle: undefined } as unknown as Partial<WorkerOptions>),
  versioned: (environment) => runWorker(environment, versioned(environment)),
};

const fault = faults[process.env.FAULT ?? 'none'];
if (!fault) throw new Error(`FAULT=${process.env.FAULT} is none of ${Object.keys(faults).join(', ')}`);
await fault(readEnvironment(process.env));

function later(environment: Environment, happen: () => void): Promise<void> {
  process.on('SIGHUP', happen);
  const seconds = process.env.FAULT_AFTER;
  if (seconds) setTimeout(happen, Number(seconds) * 1000);
  return runWorker(environment);
}

/** For ever, and without using the processor. */
function block(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

/** The worker ends in peace, and the process stays. */
function stopPolling(): void {
  setInterval(() => {}, 60_000);
  process.kill(process.pid, 'SIGTERM');
}

/** To Kubernetes it is as ready as can be. */
async function neverPoll({ probes }: Environment): Promise<void> {
  createServer((_, response) => response.end('ready, it says\n')).listen(probes.port, probes.host);
  process.on('SIGTERM', () => process.exit(0));
}

/** Temporal gives nothing to a version that nobody made the current one. */
function versioned({ taskQueue }: Environment): Partial<WorkerOptions> {
  const version = { deploymentName: process.env.DEPLOYMENT_NAME ?? taskQueue, buildId: process.env.BUILD_ID ?? 'build-1' };
  return { workerDeploymentOptions: { version, useWorkerVersioning: true, defaultVersioningBehavior: 'PINNED' } };
}
