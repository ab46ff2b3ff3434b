/** What Temporal says of a Process's task queue, or why it says nothing. Pure. */
import { type Resource, valueAt } from '../resource.ts';
import type { SeenBacklog } from '../sidecar/observation.ts';
import { excerpt } from '../sidecar/words.ts';
import type { QueueLook, TypeLook } from '../temporal/look-at-queue.ts';
import type { WorkersView } from './workers-view.ts';

export interface TemporalView {
  /** `HOST:PORT` that was asked, or else that the workers use; absent: nothing says where. */
  readonly address?: string;
  readonly namespace: string;
  readonly taskQueue: string;
  /** Why nothing is known of the queue; absent: it was asked. */
  readonly silence?: string;
  readonly workflow?: TypeView;
  readonly activity?: TypeView;
  /** Running workflows of the queue; a text: why they could not be counted. */
  readonly running?: number | string;
}

export interface TypeView {
  /** Pods of this Process that poll. */
  readonly pods: number;
  /** Identities of pollers that are in none of its pods: other, former, or custom ones. */
  readonly others: readonly string[];
  /** Absent: the server does not say. */
  readonly backlog?: Pick<SeenBacklog, 'tasks' | 'ageSeconds'>;
  /** The Worker Deployment version that gets the tasks. */
  readonly currentVersion?: string;
}

export function temporalView(process: Resource, look: QueueLook | string, { pods }: WorkersView): TemporalView {
  const spec = { namespace: textAt(process, 'spec', 'temporal', 'namespace'), taskQueue: textAt(process, 'spec', 'temporal', 'taskQueue') };
  if (typeof look === 'string') {
    const address = textAt(process, 'status', 'temporal', 'address') || textAt(process, 'spec', 'temporal', 'address');
    return { ...(address !== '' && { address }), ...spec, silence: excerpt(look, longest) };
  }
  const place = { address: excerpt(look.address), namespace: excerpt(look.namespace), taskQueue: excerpt(look.taskQueue, longest) };
  const { failure, namespaceState, workflow, activity, running } = look;
  if (failure) return { ...place, silence: whyNot(failure) };
  if (namespaceState === 'NotFound') return { ...place, silence: 'this Temporal namespace does not exist there' };
  const names = typeof pods === 'string' ? [] : pods.map(({ name }) => name);
  const hosts = (type: 'workflow' | 'activity') =>
    typeof pods === 'string' ? 0 : pods.filter(({ polled }) => polled?.[type] !== undefined).length;
  return {
    ...place,
    ...(workflow && { workflow: typeView(workflow, hosts('workflow'), names) }),
    ...(activity && { activity: typeView(activity, hosts('activity'), names) }),
    ...(running !== undefined && { running: typeof running === 'string' ? excerpt(running) : running }),
  };
}

const longest = 1_000;

/** What is told of the sidecar stands elsewhere; this is about the machine of who looks. */
function whyNot({ kind, message }: NonNullable<QueueLook['failure']>): string {
  const words = `no answer to this machine: ${excerpt(message, longest)} (${kind})`;
  return kind === 'Unreachable' ? `${words}; name an address that it can reach with --temporal-address, as of a port-forward` : words;
}

function typeView({ pollers, backlog, currentVersion }: TypeLook, pods: number, names: readonly string[]): TypeView {
  const isOurs = (identity: string) => names.some((name) => identity.includes(name));
  return {
    pods,
    others: [...new Set(pollers.map(({ identity }) => identity).filter((identity) => !isOurs(identity)))]
      .sort()
      .map((one) => excerpt(one, 80)),
    ...(backlog && { backlog: { tasks: backlog.tasks, ageSeconds: Math.floor(backlog.ageSeconds) } }),
    ...(currentVersion !== undefined && { currentVersion: excerpt(currentVersion) }),
  };
}

function textAt(value: Resource, ...path: readonly string[]): string {
  const found = valueAt(value, ...path);
  return typeof found === 'string' ? excerpt(found, longest) : '';
}
