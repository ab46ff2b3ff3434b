/** Kubeconfigs of the test bed: the tester's, who may do everything, and those of service accounts, who may what RBAC says. */

import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { demand } from './api.ts';
import type { ControlPlane } from './control-plane.ts';

export interface Credentials {
  readonly url: string;
  readonly token: string;
  readonly caFile: string;
  /** The path of the kubeconfig. */
  readonly kubeconfig: string;
}

export interface ServiceAccountOptions {
  /** Where the API server is reached: a proxy in front of it, say. Default: itself. */
  readonly url?: string;
  /** The bound token's life. Default: an hour; at least ten minutes. */
  readonly seconds?: number;
}

/**
 * A kubeconfig with a bound token of a service account, which must exist, from the API server's own TokenRequest. The result can be given
 * to `request` and `demand`, too. The file goes with the control plane.
 */
export async function serviceAccountKubeconfig(
  server: ControlPlane,
  namespace: string,
  name: string,
  { url = server.url, seconds = 3600 }: ServiceAccountOptions = {},
): Promise<Credentials> {
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`;
  const ask = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: seconds } };
  const { status } = (await demand(server, 'POST', path, ask)) as { status: { token: string } };
  const kubeconfig = join(dirname(server.kubeconfig), `${namespace}.${name}.kubeconfig`);
  return writeKubeconfig({ url, token: status.token, caFile: server.caFile, kubeconfig }, { user: name, namespace });
}

/** JSON is YAML; the context is named for the test bed, so that a prompt which shows it tells where one is. */
export function writeKubeconfig(credentials: Credentials, { user, namespace }: { user: string; namespace?: string }): Credentials {
  const { url, token, caFile, kubeconfig } = credentials;
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'testbed', cluster: { server: url, 'certificate-authority': caFile } }],
    users: [{ name: user, user: { token } }],
    contexts: [{ name: 'testbed', context: { cluster: 'testbed', user, namespace } }],
    'current-context': 'testbed',
  };
  writeFileSync(kubeconfig, JSON.stringify(config, null, 1), { mode: 0o600 });
  return credentials;
}
