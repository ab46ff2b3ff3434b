/** A node whose pods really run: a stand-in for the kubelet that starts containers as processes of this machine. */
import { rmSync } from 'node:fs';
import type { Server } from '../api.ts';
import { keep } from '../keep.ts';
import { scratchFolder } from '../server-process.ts';
import type { BackOff } from './back-off.ts';
import { exampleImages, type Images } from './images.ts';
import { keepAlive, registerNode } from './node-object.ts';
import type { Pod } from './pod.ts';
import { type NodeContext, type RunningPod, runPod } from './run-pod.ts';
import { checkNamespaces } from './sandbox.ts';
import { watch } from './watch.ts';

export interface NodeOptions {
  /** Default: `testbed-node`. */
  readonly name?: string;
  /** What images are; may be changed at any time. Default: the example worker, for the images of all examples. */
  readonly images?: Images;
  /** Default: 1 s, doubled up to 10 s. */
  readonly backOff?: BackOff;
  /** Names that pods can resolve, with their addresses. */
  readonly hosts?: Readonly<Record<string, string>>;
}

export interface PodName {
  readonly namespace: string;
  readonly name: string;
  /** Default: the pod's first. */
  readonly container?: string;
}

export interface Node {
  readonly name: string;
  readonly images: Images;
  /** Everything of its pods; goes with it. */
  readonly scratch: string;
  /** A signal to a container's process behind the kubelet's back: SIGKILL, SIGSTOP, SIGCONT. Throws when there is none. */
  signal(pod: PodName, name: NodeJS.Signals): Promise<void>;
  /** Everything a container of a pod wrote, also when it is gone. */
  logs(pod: PodName): string;
  /** Where a port of a container, as the manifests name it, is reached: `http://127.0.0.1:PORT`. */
  url(pod: PodName, port?: number): string;
  /** Ends every process. The pods stay in the API server as if the machine had been switched off. */
  stop(): Promise<void>;
}

export async function startNode(server: Server, options: NodeOptions = {}): Promise<Node> {
  const { name = 'testbed-node', images = exampleImages(), backOff = { firstMs: 1000, longestMs: 10_000 }, hosts = {} } = options;
  await checkNamespaces();
  await registerNode(server, name);
  const scratch = scratchFolder('node');
  /** Holds the folder while no pod runs. */
  const caretaker = keep('sleep', ['2147483647'], { scratch, background: true });
  const stopping = new AbortController();
  const { signal } = stopping;
  const pods = followPods({ server, images, backOff, hosts, scratch, signal }, name);
  void keepAlive(server, name, signal);
  return {
    name,
    images,
    scratch,
    ...controls(pods),
    stop: async () => {
      // Nothing else that the node does keeps a test alive.
      const alive = setInterval(() => {}, 1000);
      stopping.abort();
      for (const pod of pods.values()) pod.running.gone();
      await Promise.all([...pods.values()].map(({ running }) => running.over));
      await caretaker.stop();
      rmSync(scratch, { recursive: true, force: true });
      clearInterval(alive);
    },
  };
}

type Pods = ReadonlyMap<string, { readonly pod: Pod; readonly running: RunningPod }>;

/** Pods that are gone stay listed, for their logs. */
function followPods(context: NodeContext, nodeName: string): Pods {
  const pods = new Map<string, { readonly pod: Pod; readonly running: RunningPod }>();
  void watch<Pod>({
    server: context.server,
    path: `/api/v1/pods?fieldSelector=spec.nodeName%3D${encodeURIComponent(nodeName)}`,
    signal: context.signal,
    seen: (pod) => {
      const known = pods.get(pod.metadata.uid);
      if (known) known.running.update(pod);
      else if (!isOver(pod)) {
        const running = runPod(pod, context);
        pods.set(pod.metadata.uid, { pod, running });
        running.update(pod);
      }
    },
    gone: (pod) => pods.get(pod.metadata.uid)?.running.gone(),
  });
  return pods;
}

function isOver({ status }: Pod): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed';
}

function controls(pods: Pods): Pick<Node, 'signal' | 'logs' | 'url'> {
  const find = ({ namespace, name, container }: PodName) => {
    const found = [...pods.values()].filter(({ pod }) => pod.metadata.namespace === namespace && pod.metadata.name === name).at(-1);
    const chosen = found?.running.containers.find((one) => one.name === container) ?? found?.running.containers[0];
    if (!found || !chosen) throw new Error(`the node has had no pod ${namespace}/${name}`);
    return { running: found.running, container: chosen };
  };
  return {
    signal: async (pod, name) => {
      if (!(await find(pod).container.signal(name))) throw new Error(`pod ${pod.namespace}/${pod.name} has no process just now`);
    },
    logs: (pod) => {
      const { running, container } = find(pod);
      return running.log(container.name);
    },
    url: (pod, port = 8080) => `http://127.0.0.1:${find(pod).container.portOf(port)}`,
  };
}
