/** One worker, from its connection to its graceful end. */
import { readFileSync } from 'node:fs';
import type { NativeConnectionOptions, WorkerOptions } from '@temporalio/worker';
import { makeTelemetryFilterString, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { createActivities } from './activities.ts';
import { handOverToSdk } from './early-exit.ts';
import type { Environment } from './environment.ts';
import { createLogger } from './logger.ts';
import { exporter } from './metrics.ts';
import { serveProbes } from './probes.ts';

/** Ends well within the 30 seconds that Kubernetes gives a pod unless `spec.worker.terminationGracePeriodSeconds` says otherwise. */
const shutdownGraceTime = '20s';

/** Runs until SIGTERM or SIGINT: then it polls no more, and gives running activities time to end. `more` are options of the SDK's. */
export async function runWorker(environment: Environment, more: Partial<WorkerOptions> = {}): Promise<void> {
  installRuntime(environment);
  let worker: Worker | undefined;
  const probes = await serveProbes(environment.probes, () => worker?.getStatus());
  const connection = await NativeConnection.connect(connectionOptions(environment));
  worker = await Worker.create({
    connection,
    namespace: environment.namespace,
    taskQueue: environment.taskQueue,
    workflowBundle: { codePath: new URL('./workflow-bundle.cjs', import.meta.url).pathname },
    activities: createActivities(environment),
    shutdownGraceTime,
    ...(environment.maxConcurrency && { maxConcurrentActivityTaskExecutions: environment.maxConcurrency }),
    ...more,
  });
  handOverToSdk();
  await worker.run();
  await connection.close();
  probes.close();
}

/** For the worker's own lines, the workflows', and the warnings of the SDK's native part; and for its metrics. */
function installRuntime({ logLevel, metrics }: Environment): void {
  const filter = makeTelemetryFilterString({ core: 'WARN', other: 'ERROR' });
  const telemetryOptions = { logging: { forward: {}, filter }, ...(metrics && { metrics: exporter(metrics) }) };
  Runtime.install({ logger: createLogger(logLevel), telemetryOptions });
}

function connectionOptions({ address, apiKey, tls }: Environment): NativeConnectionOptions {
  if (!tls) return { address, ...(apiKey && { apiKey }) };
  const { serverName, ca, certificate, key } = tls;
  return {
    address,
    ...(apiKey && { apiKey }),
    tls: {
      ...(serverName && { serverNameOverride: serverName }),
      ...(ca && { serverRootCACertificate: readFileSync(ca) }),
      ...(certificate && key && { clientCertPair: { crt: readFileSync(certificate), key: readFileSync(key) } }),
    },
  };
}
