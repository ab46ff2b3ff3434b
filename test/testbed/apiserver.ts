/** kube-apiserver for the test bed: its flags, the credentials it is told to accept, and whether it answers. */

import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { request } from './api.ts';
import type { Credentials } from './kubeconfig.ts';
import { writeKubeconfig } from './kubeconfig.ts';

export interface ApiserverFiles extends Credentials {
  /** The private key that signs the tokens of service accounts. */
  readonly serviceAccountKey: string;
}

/** Everything that it reads. The certificate authority in `caFile` it makes for itself, when it starts for the first time. */
export function writeApiserverFiles(scratch: string, url: string): ApiserverFiles {
  const token = randomUUID();
  writeFileSync(join(scratch, 'tokens.csv'), `${token},tester,tester,"system:masters"\n`, { mode: 0o600 });
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const serviceAccountKey = join(scratch, 'service-account.key');
  writeFileSync(serviceAccountKey, privateKey.export({ type: 'sec1', format: 'pem' }), { mode: 0o600 });
  const caFile = join(scratch, 'certificates/apiserver.crt');
  const kubeconfig = join(scratch, 'kubeconfig');
  writeKubeconfig({ url, token, caFile, kubeconfig }, { user: 'tester' });
  return { url, token, caFile, kubeconfig, serviceAccountKey };
}

/** The advertised address is given because a machine without a network has none to be found. */
export function apiserverArgs(scratch: string, etcdUrl: string, port: number): string[] {
  const serviceAccountKey = join(scratch, 'service-account.key');
  return [
    `--etcd-servers=${etcdUrl}`,
    `--cert-dir=${join(scratch, 'certificates')}`,
    `--secure-port=${port}`,
    '--bind-address=127.0.0.1',
    '--advertise-address=127.0.0.1',
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${serviceAccountKey}`,
    `--service-account-signing-key-file=${serviceAccountKey}`,
    `--token-auth-file=${join(scratch, 'tokens.csv')}`,
    '--authorization-mode=RBAC',
    '--service-cluster-ip-range=10.96.0.0/24',
    '--endpoint-reconciler-type=none',
  ];
}

export async function isApiserverReady(credentials: Credentials): Promise<boolean> {
  try {
    return (await request(credentials, 'GET', '/readyz')).code === 200;
  } catch {
    // Not listening yet, or its certificate is not written yet.
    return false;
  }
}
