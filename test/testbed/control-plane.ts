/** A real Kubernetes API for tests: etcd and kube-apiserver on loopback. Nothing runs in it; controllers come with a later part. */

import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { request } from './api.ts';
import { part } from './parts.ts';
import type { ServerProcess } from './server-process.ts';
import { freePorts, isFree, scratchFolder, startServer, untilReady } from './server-process.ts';

export interface ControlPlane {
  /** `https://127.0.0.1:PORT` */
  readonly url: string;
  /** A bearer token of the group system:masters. */
  readonly token: string;
  /** The certificate authority that the server made for itself (PEM). */
  readonly caFile: string;
  /** The path of a kubeconfig with all of the above. */
  readonly kubeconfig: string;
  /** The servers themselves, etcd first, for tests about the test bed. */
  readonly servers: readonly ServerProcess[];
  /** Ends both servers and removes their folders. The end of the test process does the same, however it comes. */
  stop(): Promise<void>;
}

/** Starts a control plane in some four seconds. Throws with both logs when it cannot. */
export async function startControlPlane(): Promise<ControlPlane> {
  const executables = { etcd: await part('etcd'), apiserver: await part('kube-apiserver') };
  for (let attempt = 1; ; attempt++) {
    const [etcdPort = 0, apiPort = 0] = await freePorts(2);
    try {
      return await start(executables, etcdPort, apiPort);
    } catch (error) {
      // Between finding a port and listening on it, somebody else may have taken it.
      const taken = !((await isFree(etcdPort)) && (await isFree(apiPort)));
      if (!taken || attempt === 3) throw error;
    }
  }
}

async function start(executables: { etcd: string; apiserver: string }, etcdPort: number, apiPort: number): Promise<ControlPlane> {
  const etcdUrl = `http://127.0.0.1:${etcdPort}`;
  const url = `https://127.0.0.1:${apiPort}`;
  const token = randomUUID();
  const etcdScratch = scratchFolder('etcd');
  const etcd = startServer('etcd', executables.etcd, etcdArgs(etcdScratch, etcdUrl), etcdScratch);
  const scratch = scratchFolder('kube-apiserver');
  writeFileSync(join(scratch, 'tokens.csv'), `${token},tester,tester,"system:masters"\n`, { mode: 0o600 });
  writeFileSync(join(scratch, 'service-account.key'), serviceAccountKey(), { mode: 0o600 });
  const apiserver = startServer('kube-apiserver', executables.apiserver, apiserverArgs(scratch, etcdUrl, apiPort), scratch);
  const servers = [etcd, apiserver];
  const caFile = join(scratch, 'certificates/apiserver.crt');
  const kubeconfig = join(scratch, 'kubeconfig');
  writeFileSync(kubeconfig, kubeconfigText({ url, token, caFile }), { mode: 0o600 });
  const stop = async () => {
    await Promise.all(servers.map((server) => server.stop()));
  };
  const controlPlane = { url, token, caFile, kubeconfig, servers, stop };
  try {
    await untilReady(servers, () => isReady(controlPlane));
  } catch (error) {
    await stop();
    throw error;
  }
  return controlPlane;
}

/** Durability is of no use to a test; peers do not exist, so their port may be any. */
function etcdArgs(scratch: string, url: string): string[] {
  return [
    `--data-dir=${join(scratch, 'data')}`,
    '--unsafe-no-fsync',
    `--listen-client-urls=${url}`,
    `--advertise-client-urls=${url}`,
    '--listen-peer-urls=http://127.0.0.1:0',
    '--log-level=warn',
  ];
}

/** The advertised address is given because a machine without a network has none to be found. */
function apiserverArgs(scratch: string, etcdUrl: string, port: number): string[] {
  return [
    `--etcd-servers=${etcdUrl}`,
    `--cert-dir=${join(scratch, 'certificates')}`,
    `--secure-port=${port}`,
    '--bind-address=127.0.0.1',
    '--advertise-address=127.0.0.1',
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${join(scratch, 'service-account.key')}`,
    `--service-account-signing-key-file=${join(scratch, 'service-account.key')}`,
    `--token-auth-file=${join(scratch, 'tokens.csv')}`,
    '--authorization-mode=RBAC',
    '--service-cluster-ip-range=10.96.0.0/24',
    '--endpoint-reconciler-type=none',
  ];
}

function serviceAccountKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return privateKey.export({ type: 'sec1', format: 'pem' }).toString();
}

function kubeconfigText({ url, token, caFile }: Pick<ControlPlane, 'url' | 'token' | 'caFile'>): string {
  // JSON is YAML; names of clusters, users and contexts are one word.
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'testbed', cluster: { server: url, 'certificate-authority': caFile } }],
    users: [{ name: 'tester', user: { token } }],
    contexts: [{ name: 'testbed', context: { cluster: 'testbed', user: 'tester' } }],
    'current-context': 'testbed',
  });
}

async function isReady(controlPlane: ControlPlane): Promise<boolean> {
  try {
    return (await request(controlPlane, 'GET', '/readyz')).code === 200;
  } catch {
    // Not listening yet, or its certificate is not written yet.
    return false;
  }
}
