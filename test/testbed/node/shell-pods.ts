/** Pods of shell scripts on a node of their own, for tests of the node. */
import { demand, type KubeObject, request } from '../api.ts';
import { objectPath } from '../apply.ts';
import { type ControlPlane, startControlPlane } from '../control-plane.ts';
import { until } from '../until.ts';
import type { ContainerState, ContainerStatus } from './container-status.ts';
import { type Node, startNode } from './node.ts';
import type { Pod, PodStatus } from './pod.ts';

export interface Bed {
  plane: ControlPlane;
  node: Node;
}

/** How long a pod may take on a machine that runs all the tests. */
const limitMs = 90_000;

/** No controllers: what happens to a pod is the node's doing. */
export async function open(bed: Bed): Promise<void> {
  bed.plane = await startControlPlane();
  const images = new Map([['shell', { entrypoint: ['/bin/sh', '-ec'] }]]);
  bed.node = await startNode(bed.plane, {
    images,
    backOff: { firstMs: 500, longestMs: 2000 },
    hosts: { 'temporal-frontend': '127.0.0.7' },
  });
}

export async function close({ plane, node }: Partial<Bed>): Promise<void> {
  await node?.stop();
  await plane?.stop();
}

export interface PodOptions {
  readonly name: string;
  readonly script?: string;
  /** More of its container. */
  readonly container?: object;
  /** More of its spec. */
  readonly spec?: object;
}

export interface ShellPod {
  readonly namespace: string;
  readonly name: string;
  read(): Promise<Pod>;
  status(): Promise<PodStatus>;
  /** Waits until its container's state is as expected. */
  until(what: string, isSo: (container: ContainerStatus, status: PodStatus) => boolean): Promise<ContainerStatus>;
  logs(): string;
  /**
   * Waits until its script has said "up". Linux drops a signal to process 1 that has no handler for it, and a container runs before
   * its shell has come to a `trap`: only who has said so after its traps hears a signal.
   */
  untilUp(): Promise<void>;
  remove(query?: string): Promise<void>;
  untilGone(): Promise<void>;
}

export async function createPod({ plane, node }: Bed, { name, script = '', container, spec }: PodOptions): Promise<ShellPod> {
  const namespace = 'default';
  const only = { name: 'main', image: 'example.org/shell:1.0', args: [script], ...container };
  const own = { nodeName: node.name, automountServiceAccountToken: false, terminationGracePeriodSeconds: 2, containers: [only], ...spec };
  const pod: KubeObject = { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace, labels: { app: 'shell' } }, spec: own };
  const path = await objectPath(plane, pod);
  await demand(plane, 'POST', path.slice(0, path.lastIndexOf('/')), pod);
  const read = async () => (await demand(plane, 'GET', path)) as Pod;
  const status = async () => (await read()).status as PodStatus;
  const logs = () => node.logs({ namespace, name });
  return {
    namespace,
    name,
    read,
    status,
    logs,
    untilUp: async () => {
      await until({ what: `${name} to be up`, look: logs, isSo: (text) => text === 'up\n', limitMs });
    },
    until: async (what, isSo) => {
      const first = ({ containerStatuses = [] }: Partial<PodStatus>) => containerStatuses[0];
      const look = async () => brief(await status());
      const seen = await until({ what: `${name}: ${what}`, look, isSo: (seen) => isSo(first(seen) ?? nothing, seen), limitMs });
      return first(seen)!;
    },
    remove: async (query = '') => {
      await demand(plane, 'DELETE', `${path}${query}`);
    },
    untilGone: async () => {
      await until({ what: `${name} to be gone`, look: async () => (await request(plane, 'GET', path)).code, isSo: (code) => code === 404 });
    },
  };
}

/** What is waited for, and told when it does not come. */
function brief({ phase, conditions, containerStatuses }: PodStatus): PodStatus {
  return { phase, conditions, containerStatuses };
}

const nothing: ContainerStatus = {
  name: '',
  image: '',
  imageID: '',
  restartCount: 0,
  ready: false,
  started: false,
  state: {} satisfies ContainerState,
  lastState: {},
};

export function isReady({ conditions }: Partial<PodStatus>): boolean {
  return (conditions ?? []).some(({ type, status }) => type === 'Ready' && status === 'True');
}
