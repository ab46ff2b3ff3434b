/** The test bed as one thing: a control plane, a Temporal and nodes, started at the same time, ended together. */

import type { ControlPlane, ControlPlaneOptions } from './control-plane.ts';
import { startControlPlane } from './control-plane.ts';
import type { Kwok } from './kwok.ts';
import { startKwok } from './kwok.ts';
import type { ServerProcess } from './server-process.ts';
import type { TemporalOptions, TemporalServer } from './temporal-server.ts';
import { startTemporal } from './temporal-server.ts';

export interface TestbedOptions extends ControlPlaneOptions {
  /** Also a Temporal. */
  readonly temporal?: TemporalOptions;
  /** Also nodes whose pods run nothing; they need `controllers`. Pods choose them by `onKwok` (kwok.ts). */
  readonly kwokNodes?: number;
  /** Hears of each part that is ready. */
  readonly say?: (line: string) => void;
}

/** A part that was not asked for throws when it is read. */
export interface Testbed {
  readonly plane: ControlPlane;
  readonly temporal: TemporalServer;
  readonly kwok: Kwok;
  /** All server processes. */
  readonly servers: readonly ServerProcess[];
  /** Ends everything and leaves nothing. The end of the process does the same, however it comes. */
  stop(): Promise<void>;
}

interface Part {
  stop(): Promise<void>;
}

/** Three to five seconds. When one part cannot start, the others are ended and its error is thrown. */
export async function startTestbed(options: TestbedOptions = {}): Promise<Testbed> {
  const { temporal: temporalOptions, kwokNodes = 0, say = () => {} } = options;
  const started: Part[] = [];
  const start = async <T extends Part>(title: string, starting: Promise<T>): Promise<T> => {
    const since = performance.now();
    const part = await starting;
    started.unshift(part);
    say(`${title}: ready after ${((performance.now() - since) / 1000).toFixed(1)} s`);
    return part;
  };
  const stop = async () => {
    // What uses a control plane goes before it.
    for (const part of started) await part.stop();
  };
  const startCluster = async () => {
    const plane = await start(titleOf(options), startControlPlane(options));
    const [kwok] = await Promise.all([
      kwokNodes > 0 ? start(`kwok, ${kwokNodes} nodes`, startKwok(plane, { nodes: kwokNodes })) : undefined,
      // The node whose pods really run is started here, beside kwok.
    ]);
    return { plane, kwok };
  };
  const [cluster, temporal] = await Promise.allSettled([
    startCluster(),
    temporalOptions ? start('Temporal', startTemporal(temporalOptions)) : undefined,
  ]);
  if (cluster.status === 'rejected' || temporal.status === 'rejected') {
    await stop();
    throw cluster.status === 'rejected' ? cluster.reason : (temporal as PromiseRejectedResult).reason;
  }
  const { plane, kwok } = cluster.value;
  return {
    plane,
    get temporal() {
      return askedFor(temporal.value, 'temporal: {}');
    },
    get kwok() {
      return askedFor(kwok, 'kwokNodes: 1');
    },
    servers: [...plane.servers, temporal.value?.server, kwok?.server].filter((server) => server !== undefined),
    stop,
  };
}

function titleOf({ controllers = false }: ControlPlaneOptions): string {
  return `Kubernetes (etcd, kube-apiserver${controllers ? ', kube-controller-manager, kube-scheduler' : ''})`;
}

function askedFor<T>(part: T | undefined, option: string): T {
  if (!part) throw new Error(`this test bed was started without { ${option} }`);
  return part;
}
