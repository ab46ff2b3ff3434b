/** A server of the test bed under the name and port that manifests have for it, as a Service of the cluster gives them to pods. */

import type { FaultyProxy } from './faulty-proxy.ts';
import { startFaultyProxy } from './faulty-proxy.ts';

export interface ServiceName {
  /** For the node: what pods resolve the name to. */
  readonly hosts: Readonly<Record<string, string>>;
  /** What stands between the pods and the server. */
  readonly proxy: FaultyProxy;
  stop(): Promise<void>;
}

/** What rendered workers have where neither Process nor function configuration says anything else. */
export const temporalService = { name: 'temporal-frontend', port: 7233 } as const;

/**
 * The port cannot be any here, so the address is: each service has one of its own in 127/8, all of which is loopback on Linux (elsewhere
 * it is not, but there no pods run either).
 */
export async function startServiceName({ name, port }: { name: string; port: number }, target: string): Promise<ServiceName> {
  for (let attempt = 1; ; attempt++) {
    const part = () => 1 + Math.floor(Math.random() * 254);
    const host = `127.${part()}.${part()}.${part()}`;
    try {
      const proxy = await startFaultyProxy(target, { host, port });
      return { hosts: { [name]: host }, proxy, stop: proxy.stop };
    } catch (error) {
      if (attempt === 5) throw error;
    }
  }
}
