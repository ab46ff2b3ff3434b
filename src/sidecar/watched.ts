/** What the sidecar knows at a moment, for whoever reads it without changing it: metrics, probes. */
import type { Resource } from '../resource.ts';
import type { SeenPod, SeenTemporal } from './observation.ts';

export interface Watched {
  /** By `namespace/name`. */
  readonly processes: ReadonlyMap<string, Resource>;
  podsOf(process: Resource): readonly SeenPod[];
  temporalOf(key: string): SeenTemporal | undefined;
  newestVersionOf(key: string): number | undefined;
  nowMs(): number;
}
