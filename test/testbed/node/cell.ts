/** What one container is just now, and whether it is to end. Its parts write here, its pod reads. */
import { setTimeout as delay } from 'node:timers/promises';
import type { ContainerStatus } from './container-status.ts';
import type { ContainerSpec } from './pod.ts';
import type { PodContext } from './pod-context.ts';
import type { Sandboxed } from './sandbox.ts';

export interface Cell {
  readonly spec: ContainerSpec;
  readonly context: PodContext;
  readonly volumes: ReadonlyMap<string, string>;
  status: ContainerStatus;
  /** The running process. */
  process?: Sandboxed | undefined;
  /** Where the ports of the manifests really are. */
  readonly ports: Map<number, number>;
  /** Aborted: it is to end, and not to begin again. */
  readonly ending: AbortController;
}

export function change(cell: Cell, status: Partial<ContainerStatus>): void {
  cell.status = { ...cell.status, ...status };
  cell.context.changed();
}

export function wait(cell: Cell, reason: string, message?: string): void {
  change(cell, { state: { waiting: { reason, ...(message && { message }) } } });
}

/** False: it is to end. */
export async function pause(cell: Cell, ms: number): Promise<boolean> {
  const { signal } = cell.ending;
  if (!signal.aborted) await delay(ms, undefined, { ref: false, signal }).catch(() => {});
  return !signal.aborted;
}
