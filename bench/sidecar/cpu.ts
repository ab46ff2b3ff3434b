/** CPU seconds of the three programs between which the work is shared. */
import type { Bed } from './bed.ts';
import { cpuSeconds } from './usage.ts';

export interface Cpu {
  readonly sidecar: number;
  readonly apiserver: number;
  readonly temporal: number;
}

/** Since each was started; `sidecar`: its process id. */
export async function cpuNow(bed: Bed, sidecar: number): Promise<Cpu> {
  return { sidecar: cpuSeconds(sidecar), ...(await cpuOfServers(bed)) };
}

/** Without any sidecar. */
export async function cpuOfServers(bed: Bed): Promise<Omit<Cpu, 'sidecar'>> {
  const [apiserver, temporal] = [await bed.apiserverPid(), await bed.temporal.server.pid()];
  return { apiserver: cpuSeconds(apiserver), temporal: cpuSeconds(temporal) };
}
