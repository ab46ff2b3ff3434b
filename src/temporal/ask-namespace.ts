/** Whether a Temporal namespace is there, and open. */
import type { SeenNamespace } from '../sidecar/observation.ts';
import type { TemporalConnection } from './connection.ts';
import type { TemporalError } from './failure.ts';

const states = ['Registered', 'Registered', 'Deprecated', 'Deleted'] as const;

/** Throws a TemporalError where nothing was learnt of it. */
export async function askNamespace(connection: TemporalConnection, namespace: string): Promise<SeenNamespace> {
  const askedAt = new Date().toISOString();
  try {
    const { namespaceInfo } = await connection.ask(({ workflowService }) => workflowService.describeNamespace({ namespace }));
    const hasPause = namespaceInfo?.capabilities?.workflowPause ?? false;
    return { state: states[namespaceInfo?.state ?? 1] ?? 'Registered', askedAt, ...(hasPause && { hasPause }) };
  } catch (error) {
    if ((error as TemporalError).kind === 'NamespaceNotFound') return { state: 'NotFound', askedAt };
    throw error;
  }
}
