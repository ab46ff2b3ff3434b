/** kwok: nodes on which pods become Running and Ready, and run nothing. For scale. */

import process from 'node:process';
import { demand, request } from './api.ts';
import type { ControlPlane } from './control-plane.ts';
import { part } from './parts.ts';
import type { ServerProcess } from './server-process.ts';
import { scratchFolder, startServer, untilReady } from './server-process.ts';

export interface KwokOptions {
  /** How many. One has room for some ten thousand pods; several are for tests about nodes. */
  readonly nodes?: number;
  /** False: every pod may go there, for when there is no other node. Default: true. */
  readonly tainted?: boolean;
}

export interface Kwok {
  readonly server: ServerProcess;
  readonly nodeNames: readonly string[];
  stop(): Promise<void>;
}

/**
 * How a pod chooses where it goes: with `onKwok` in its spec, to a node of kwok. Without, to the node whose pods really run (label
 * `ameide.io/testbed-node: real`), since those of kwok are tainted; unless they were asked for without the taint.
 */
export const onKwok = {
  nodeSelector: { type: 'kwok' },
  tolerations: [{ key: 'kwok.x-k8s.io/node', operator: 'Exists', effect: 'NoSchedule' }],
} as const;

/** The control plane needs its controllers. Resolves when all the nodes are Ready. */
export async function startKwok(plane: ControlPlane, { nodes = 1, tainted = true }: KwokOptions = {}): Promise<Kwok> {
  const isControlled = plane.servers.some(({ name }) => name === 'kube-controller-manager');
  if (!isControlled) throw new Error('kwok needs a control plane with { controllers: true }: without, no node is ever free of its taint');
  const executable = await part('kwok');
  const scratch = scratchFolder('kwok');
  // By label, so that the node whose pods really run is left alone. Without a kwok.yaml of the person's own.
  const args = [`--kubeconfig=${plane.kubeconfig}`, '--manage-nodes-with-label-selector=type=kwok', '--node-lease-duration-seconds=40'];
  const server = startServer({ name: 'kwok', executable, args, scratch, env: { PATH: process.env.PATH, HOME: scratch } });
  const nodeNames = Array.from({ length: nodes }, (_, index) => `kwok-${index}`);
  try {
    await Promise.all(nodeNames.map((name) => demand(plane, 'POST', '/api/v1/nodes', node(name, tainted))));
    await untilReady([server], async () => (await Promise.all(nodeNames.map((name) => isNodeReady(plane, name)))).every((is) => is));
  } catch (error) {
    await server.stop();
    throw error;
  }
  return { server, nodeNames, stop: () => server.stop() };
}

function node(name: string, tainted: boolean) {
  const [{ key, effect }] = onKwok.tolerations;
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { ...onKwok.nodeSelector, 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux' } },
    spec: tainted ? { taints: [{ key, effect, value: 'fake' }] } : {},
    status: { capacity: { cpu: '1k', memory: '8Ti', pods: '10k' }, allocatable: { cpu: '1k', memory: '8Ti', pods: '10k' } },
  };
}

async function isNodeReady(plane: ControlPlane, name: string): Promise<boolean> {
  const { code, body } = await request(plane, 'GET', `/api/v1/nodes/${name}`);
  if (code !== 200) return false;
  const { status, spec } = body as NodeSeen;
  const isReady = status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True');
  // The node controller takes its own taint away a moment later, and only then pods are scheduled.
  return Boolean(isReady) && !spec.taints?.some(({ key }) => key.startsWith('node.kubernetes.io/'));
}

interface NodeSeen {
  readonly spec: { readonly taints?: readonly { readonly key: string }[] };
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}
