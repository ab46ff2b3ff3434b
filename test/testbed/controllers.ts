/** kube-controller-manager and kube-scheduler: what makes Deployments become pods, namespaces get their service account, and garbage go. */

import { part } from './parts.ts';
import type { ServerProcess } from './server-process.ts';
import { scratchFolder, startServer } from './server-process.ts';

export interface ControllersOptions {
  readonly kubeconfig: string;
  /** Published in every namespace, as pods expect it. */
  readonly caFile: string;
  /** The private key that signs the tokens of service accounts. */
  readonly serviceAccountKey: string;
}

/** Started, not ready: both wait by themselves for the API server, and serve nothing that could be asked. */
export async function startControllers({ kubeconfig, caFile, serviceAccountKey }: ControllersOptions): Promise<ServerProcess[]> {
  const [manager, scheduler] = await Promise.all([part('kube-controller-manager'), part('kube-scheduler')]);
  const managerArgs = [`--service-account-private-key-file=${serviceAccountKey}`, `--root-ca-file=${caFile}`, ...wide];
  return [
    start('kube-controller-manager', manager, [...commonArgs(kubeconfig), ...managerArgs]),
    start('kube-scheduler', scheduler, commonArgs(kubeconfig)),
  ];
}

function start(name: string, executable: string, args: readonly string[]): ServerProcess {
  return startServer({ name, executable, args, scratch: scratchFolder(name) });
}

/** At the default rate (20 requests a second) rolling a thousand Deployments out lasts minutes. */
function commonArgs(kubeconfig: string): string[] {
  return [`--kubeconfig=${kubeconfig}`, '--leader-elect=false', '--secure-port=0', '--kube-api-qps=2000', '--kube-api-burst=4000'];
}

/** For the same reason. */
const wide = ['--concurrent-deployment-syncs=20', '--concurrent-replicaset-syncs=20', '--concurrent-namespace-syncs=20'];
