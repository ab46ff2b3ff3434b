/** The test bed as one thing: a control plane, a Temporal and nodes, started at the same time, ended together. */

import type { ControlPlane, ControlPlaneOptions } from './control-plane.ts';
import { startControlPlane } from './control-plane.ts';
import type { Kwok } from './kwok.ts';
import { startKwok } from './kwok.ts';
import type { Node, NodeOptions } from './node/node.ts';
import { startNode } from './node/node.ts';
import type { ServerProcess } from './server-process.ts';
import type { ServiceName } from './service-name.ts';
import { startServiceName, temporalService } from './service-name.ts';
import type { TemporalOptions, TemporalServer } from './temporal-server.ts';
import { startTemporal } from './temporal-server.ts';

export interface TestbedOptions extends ControlPlaneOptions {
  /** Also a Temporal. */
  readonly temporal?: TemporalOptions;
  /** Also the node whose pods really run, and find the Temporal as `temporal-frontend:7233`. It needs `controllers`. */
  readonly node?: NodeOptions;
  /** Also nodes whose pods run nothing; they need `controllers`. Pods choose them by `onKwok` (kwok.ts). */
  readonly kwokNodes?: number;
  /** Hears of each part that is ready. */
  readonly say?: (line: string) => void;
}

/** A part that was not asked for throws when it is read. */
export interface Testbed {
  readonly plane: ControlPlane;
  readonly temporal: TemporalServer;
  readonly node: Node;
  /** What stands between the pods of `node` and `temporal`. */
  readonly temporalService: ServiceName;
  readonly kwok: Kwok;
  /** All server processes. */
  readonly servers: readonly ServerProcess[];
  /** Ends everything and leaves nothing. The end of the process does the same, however it comes. */
  stop(): Promise<void>;
}

/** Three to five seconds. When one part cannot start, the others are ended and its error is thrown. */
export async function startTestbed(options: TestbedOptions = {}): Promise<Testbed> {
  const { temporal: temporalOptions, node: nodeOptions, kwokNodes = 0 } = options;
  const { begin, stop } = followParts(options.say);
  const plane = begin(titleOf(options), startControlPlane(options));
  const temporal = temporalOptions && begin('Temporal', startTemporal(temporalOptions));
  const service = nodeOptions && temporal?.then(({ address }) => begin(titleOfService, startServiceName(temporalService, address)));
  const node =
    nodeOptions &&
    Promise.all([plane, service]).then(([server, reached]) => {
      const hosts = { ...reached?.hosts, ...nodeOptions.hosts };
      return begin('A node whose pods run as processes', startNode(server, { ...nodeOptions, hosts }));
    });
  const kwok =
    kwokNodes > 0 ? plane.then((server) => begin(`kwok nodes: ${kwokNodes}`, startKwok(server, { nodes: kwokNodes }))) : undefined;
  const settled = await Promise.allSettled([plane, temporal, service, node, kwok]);
  const failed = settled.find((result) => result.status === 'rejected');
  if (failed) {
    await stop();
    throw failed.reason;
  }
  const started = { plane: await plane, temporal: await temporal, temporalService: await service, node: await node, kwok: await kwok };
  return testbedOf(started, stop);
}

type Started = Pick<Testbed, 'plane'> & { readonly [Name in 'temporal' | 'temporalService' | 'node' | 'kwok']: Testbed[Name] | undefined };

function testbedOf(started: Started, stop: () => Promise<void>): Testbed {
  const { plane, temporal, temporalService, node, kwok } = started;
  return {
    plane,
    get temporal() {
      return askedFor(temporal, 'temporal: {}');
    },
    get temporalService() {
      return askedFor(temporalService, 'temporal: {}, node: {}');
    },
    get node() {
      return askedFor(node, 'node: {}');
    },
    get kwok() {
      return askedFor(kwok, 'kwokNodes: 1');
    },
    servers: [...plane.servers, temporal?.server, kwok?.server].filter((server) => server !== undefined),
    stop,
  };
}

function askedFor<T>(part: T | undefined, option: string): T {
  if (!part) throw new Error(`this test bed was started without { ${option} }`);
  return part;
}

function titleOf({ controllers = false }: ControlPlaneOptions): string {
  return `Kubernetes (etcd, kube-apiserver${controllers ? ', kube-controller-manager, kube-scheduler' : ''})`;
}

const titleOfService = `Temporal in pods, as ${temporalService.name}:${temporalService.port}`;

interface Part {
  stop(): Promise<void>;
}

/** Remembers what has started, to end it the other way round: what uses another thing goes before it. */
function followParts(say: (line: string) => void = () => {}) {
  const parts: Part[] = [];
  const begin = async <T extends Part>(title: string, starting: Promise<T>): Promise<T> => {
    const since = performance.now();
    const part = await starting;
    parts.unshift(part);
    say(`${title}: ready after ${((performance.now() - since) / 1000).toFixed(1)} s`);
    return part;
  };
  const stop = async () => {
    for (const part of parts) await part.stop();
  };
  return { begin, stop };
}
