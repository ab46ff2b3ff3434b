/** Which of a worker's ports serves its metrics. Pure. */
import type { ProcessSpec } from './gen/process-schema.ts';

export type WorkerPort = NonNullable<NonNullable<ProcessSpec['worker']>['ports']>[number];

/** Undefined: no metrics are asked for, or none of the ports is meant. */
export function metricsPort({ observability, worker }: Pick<ProcessSpec, 'observability' | 'worker'>): WorkerPort | undefined {
  const wanted = observability?.metrics?.port;
  if (wanted === undefined) return;
  return worker?.ports?.find(
    ({ name, containerPort, protocol = 'TCP' }) =>
      protocol === 'TCP' && (typeof wanted === 'number' ? containerPort === wanted : name === wanted),
  );
}
