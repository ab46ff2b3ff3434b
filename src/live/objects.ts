/** Live objects of Processes, read at one moment, and what of them could not be. Pure. */
import type { Problem } from '../problem.ts';
import type { Resource } from '../resource.ts';

export interface Live {
  /** When they were read, ISO 8601 in UTC. */
  readonly now: string;
  /** Processes, Deployments and ConfigMaps. */
  readonly items: readonly Resource[];
  readonly pods: readonly Resource[];
  /** What could not be read. */
  readonly unreadable: readonly Unreadable[];
  /** When the sidecar's leader renewed its Lease, where there is one that may be read. */
  readonly leaseRenewedAt?: string;
  /** Where was looked, in words. */
  readonly where: string;
}

export interface Unreadable {
  /** Plural name. */
  readonly resource: string;
  /** Undefined: in all namespaces. */
  readonly namespace: string | undefined;
  readonly problem: Problem;
}

/** Why objects of this plural name are not known there; undefined: they are. */
export function unreadableIn({ unreadable }: Live, plural: string, within: string): Problem | undefined {
  return unreadable.find(({ resource, namespace }) => resource === plural && (namespace === undefined || namespace === within))?.problem;
}
