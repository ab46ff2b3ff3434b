/** A real Kubernetes API for tests, on loopback: etcd and kube-apiserver, and where asked for the controllers that make things happen. */

import { existsSync } from 'node:fs';
import { request } from './api.ts';
import { apiserverArgs, isApiserverReady, writeApiserverFiles } from './apiserver.ts';
import { startControllers } from './controllers.ts';
import { compactEtcd, etcdArgs, isEtcdHealthy } from './etcd.ts';
import { withFreePorts } from './free-ports.ts';
import type { Credentials } from './kubeconfig.ts';
import { part } from './parts.ts';
import type { ServerProcess } from './server-process.ts';
import { scratchFolder, startServer, untilReady } from './server-process.ts';

export interface ControlPlaneOptions {
  /** Also kube-controller-manager and kube-scheduler. Without them nothing happens to what is stored. */
  readonly controllers?: boolean;
  /** More flags for kube-apiserver, such as `--min-request-timeout=2`, with which watches end every few seconds. */
  readonly apiserverArgs?: readonly string[];
}

export type ControlPlaneServer = 'etcd' | 'kube-apiserver' | 'kube-controller-manager' | 'kube-scheduler';

/** Its credentials are a bearer token of the group system:masters. */
export interface ControlPlane extends Credentials {
  /** The servers themselves, etcd first, for tests about the test bed. */
  readonly servers: readonly ServerProcess[];
  /** A crash. Ports and data stay for `restart`. */
  kill(name: ControlPlaneServer): Promise<void>;
  /** SIGSTOP: connections are accepted, or stay open, and nothing answers. */
  pause(name: ControlPlaneServer): Promise<void>;
  resume(name: ControlPlaneServer): Promise<void>;
  /** Starts it again (a running one is killed first), on the same port and with its data, and waits until it answers. */
  restart(name: ControlPlaneServer): Promise<void>;
  /** Makes every earlier resource version too old (410) to go on from. Restarts kube-apiserver, whose watch cache remembers some. */
  expireWatches(): Promise<void>;
  /** Ends all servers and removes their folders. The end of the test process does the same, however it comes. */
  stop(): Promise<void>;
}

/** Starts a control plane in some three seconds, five with controllers. Throws with the servers' logs when it cannot. */
export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  const executables = { etcd: await part('etcd'), apiserver: await part('kube-apiserver') };
  return withFreePorts(2, ([etcdPort = 0, apiPort = 0]) => start({ options, executables, etcdPort, apiPort }));
}

interface Start {
  readonly options: ControlPlaneOptions;
  readonly executables: { readonly etcd: string; readonly apiserver: string };
  readonly etcdPort: number;
  readonly apiPort: number;
}

async function start({ options, executables, etcdPort, apiPort }: Start): Promise<ControlPlane> {
  const etcdUrl = `http://127.0.0.1:${etcdPort}`;
  const [etcdScratch, scratch] = [scratchFolder('etcd'), scratchFolder('kube-apiserver')];
  const etcd = { name: 'etcd', executable: executables.etcd, args: etcdArgs(etcdScratch, etcdUrl), scratch: etcdScratch };
  const { serviceAccountKey, ...credentials } = writeApiserverFiles(scratch, `https://127.0.0.1:${apiPort}`);
  const args = [...apiserverArgs(scratch, etcdUrl, apiPort), ...(options.apiserverArgs ?? [])];
  const apiserver = { name: 'kube-apiserver', executable: executables.apiserver, args, scratch };
  const servers = [startServer(etcd), startServer(apiserver)];
  const stop = async () => {
    await Promise.all(servers.map((server) => server.stop()));
  };
  try {
    if (options.controllers) {
      await untilReady(servers, async () => existsSync(credentials.caFile));
      servers.push(...(await startControllers({ ...credentials, serviceAccountKey })));
    }
    await untilReady(servers, () => isApiserverReady(credentials));
    if (options.controllers) await untilReady(servers, () => isControlled(credentials));
  } catch (error) {
    await stop();
    throw error;
  }
  return { ...credentials, servers, stop, ...faults({ servers, credentials, etcdUrl }) };
}

/** The controllers are at work once the first service account is there. */
async function isControlled(credentials: Credentials): Promise<boolean> {
  return (await request(credentials, 'GET', '/api/v1/namespaces/default/serviceaccounts/default')).code === 200;
}

interface Running {
  readonly servers: readonly ServerProcess[];
  readonly credentials: Credentials;
  readonly etcdUrl: string;
}

type Faults = Pick<ControlPlane, 'kill' | 'pause' | 'resume' | 'restart' | 'expireWatches'>;

function faults({ servers, credentials, etcdUrl }: Running): Faults {
  const find = (name: ControlPlaneServer): ServerProcess => {
    const server = servers.find((candidate) => candidate.name === name);
    if (!server) throw new Error(`this control plane has no ${name}: start it with { controllers: true }`);
    return server;
  };
  const restart = async (name: ControlPlaneServer) => {
    const server = find(name);
    await server.restart();
    if (name === 'etcd') await untilReady([server], () => isEtcdHealthy(etcdUrl));
    if (name === 'kube-apiserver') await untilReady([server], () => isApiserverReady(credentials));
  };
  return {
    kill: (name) => find(name).kill(),
    pause: (name) => find(name).pause(),
    resume: (name) => find(name).resume(),
    restart,
    expireWatches: async () => {
      await compactEtcd(etcdUrl);
      await restart('kube-apiserver');
    },
  };
}
