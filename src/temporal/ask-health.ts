/** Whether a Temporal server is there and serves. */
import type { TemporalConnection } from './connection.ts';
import { TemporalError } from './failure.ts';

export interface HealthQuestion {
  readonly method: 'Check' | 'GetSystemInfo';
  ask(connection: TemporalConnection): Promise<void>;
}

const service = 'temporal.api.workflowservice.v1.WorkflowService';
const serving = 1;

/** Exempt from rate limits, and says no until a server that starts can really serve. */
export const healthCheck: HealthQuestion = {
  method: 'Check',
  ask: async (connection) => {
    const { status } = await connection.ask(({ healthService }) => healthService.check({ service }));
    if (status !== serving) throw new TemporalError('Unreachable', 'the server says of itself that it does not serve yet, or no longer');
  },
};

/** For gateways, and keys of Temporal Cloud, that do not let health be asked. */
export const systemInfo: HealthQuestion = {
  method: 'GetSystemInfo',
  ask: async (connection) => {
    try {
      await connection.ask(({ workflowService }) => workflowService.getSystemInfo({}));
    } catch (error) {
      const { kind, message } = error as TemporalError;
      // It answers; what these credentials may ask shows at the namespaces.
      if (kind === 'Forbidden' || kind === 'RateLimited') return;
      if (kind === 'Unsupported') throw new TemporalError('Unreachable', `what answers there is no Temporal server: ${message}`);
      throw kind === 'Other' ? new TemporalError('Unreachable', message) : error;
    }
  },
};

/** Is the health check what cannot be asked there, rather than the server what fails? */
export function isNotOffered({ kind }: TemporalError): boolean {
  return kind === 'Unsupported' || kind === 'Forbidden' || kind === 'Unauthenticated' || kind === 'Other';
}
