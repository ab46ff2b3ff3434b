/** The Node that the test bed's kubelet stands for, and the Lease that says it is alive. */
import { setTimeout as delay } from 'node:timers/promises';
import { demand, type KubeObject, request, type Server } from '../api.ts';

/** For a nodeSelector: here pods really run. */
export const realNodeLabel = { 'ameide.io/testbed-node': 'real' } as const;

const leaseNamespace = 'kube-node-lease';
/** Kubernetes takes a node for dead after 40 to 50 s. */
const renewMs = 10_000;

export async function registerNode(server: Server, name: string): Promise<void> {
  const labels = { 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux', ...realNodeLabel };
  const created = await request(server, 'POST', '/api/v1/nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name, labels } });
  if (created.code !== 201 && created.code !== 409) throw new Error(`Node ${name}: ${created.code} ${JSON.stringify(created.body)}`);
  await demand(server, 'PATCH', `/api/v1/nodes/${name}/status`, { status: nodeStatus(name) });
}

/** Renews the lease until `signal` is aborted. */
export async function keepAlive(server: Server, name: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    // A server that is away is asked again when the next renewal is due.
    await renew(server, name).catch(() => {});
    await delay(renewMs, undefined, { ref: false, signal }).catch(() => {});
  }
}

async function renew(server: Server, name: string): Promise<void> {
  const path = `/apis/coordination.k8s.io/v1/namespaces/${leaseNamespace}/leases`;
  const spec = { holderIdentity: name, leaseDurationSeconds: 40, renewTime: new Date().toISOString().replace('Z', '000Z') };
  const answer = await request(server, 'PATCH', `${path}/${name}`, { spec });
  if (answer.code !== 404) return;
  const lease: KubeObject = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name, namespace: leaseNamespace }, spec };
  await demand(server, 'POST', path, lease);
}

function nodeStatus(name: string): object {
  const lastHeartbeatTime = new Date().toISOString();
  const condition = (type: string, status: string, reason: string) => ({
    type,
    status,
    reason,
    message: 'the stand-in kubelet of the test bed',
    lastHeartbeatTime,
    lastTransitionTime: lastHeartbeatTime,
  });
  const room = { cpu: '64', memory: '256Gi', pods: '500', 'ephemeral-storage': '1Ti' };
  return {
    capacity: room,
    allocatable: room,
    addresses: [
      { type: 'InternalIP', address: '127.0.0.1' },
      { type: 'Hostname', address: name },
    ],
    conditions: [
      condition('Ready', 'True', 'KubeletReady'),
      condition('MemoryPressure', 'False', 'KubeletHasSufficientMemory'),
      condition('DiskPressure', 'False', 'KubeletHasNoDiskPressure'),
      condition('PIDPressure', 'False', 'KubeletHasSufficientPID'),
    ],
  };
}
