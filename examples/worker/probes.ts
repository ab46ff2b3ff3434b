/**
 * Answers Kubernetes' probes. Temporal sees a worker whose event loop is blocked as a healthy one, because the SDK polls in a thread of
 * its own; here it gives no answer, and is restarted.
 */
import { createServer, type Server } from 'node:http';
import type { WorkerStatus } from '@temporalio/worker';
import type { Environment } from './environment.ts';

/** `/livez`: the event loop turns and the worker has not failed. `/readyz`: it polls. */
export function serveProbes({ host, port }: Environment['probes'], status: () => WorkerStatus | undefined): Promise<Server> {
  const server = createServer(({ url }, response) => {
    const now = status();
    const isOk = url === '/livez' ? !hasFailed(now) : url === '/readyz' && now?.runState === 'RUNNING';
    response.writeHead(isOk ? 200 : 503, { 'content-type': 'text/plain', connection: 'close' });
    response.end(`${now?.runState ?? 'CONNECTING'}\n`);
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(port, host, () => resolve(server));
  });
}

function hasFailed(status: WorkerStatus | undefined): boolean {
  return [status?.runState, status?.workflowPollerState, status?.activityPollerState].includes('FAILED');
}
