/**
 * Which Temporal `check-sla` and `sweep` ask: the Process's own. Variables count in the rendered Job alone; elsewhere whoever uses Temporal's
 * own tools has exported them, and they may name another one. Pure.
 */
import type { ProcessName } from '../kube/read-process.ts';
import { env, scheduleEnv } from '../names.ts';
import { type Resource, valueAt } from '../resource.ts';

export type Variables = Readonly<Record<string, string | undefined>>;

/** Where workflows are looked for, and ended. */
export interface Where {
  /** HOST:PORT. */
  readonly address: string;
  /** The Temporal namespace. */
  readonly namespace: string;
  readonly taskQueue: string;
}

/** What the Job of this very Process was told; nothing elsewhere. */
export function toldItsJob(variables: Variables, { namespace, name }: ProcessName): Variables {
  return variables[env.processName] === name && variables[scheduleEnv.processNamespace] === namespace ? variables : {};
}

/** Undefined: nothing says where. */
export function itsAddress(live: Resource, told: Variables): string | undefined {
  const all = [told[env.address], valueAt(live, 'spec', 'temporal', 'address'), valueAt(live, 'status', 'temporal', 'address')];
  return all.find((one) => typeof one === 'string' && one !== '') as string | undefined;
}

export function whereWords({ address, namespace, taskQueue }: Where): string {
  return `Temporal ${address}, namespace ${namespace}, task queue ${taskQueue}`;
}
