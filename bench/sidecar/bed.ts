/** Everything real that the sidecar is measured on: a control plane with controllers and an audit log, kwok's nodes, and Temporal. */
import { join } from 'node:path';
import type { ControlPlane } from '../../test/testbed/control-plane.ts';
import { startControlPlane } from '../../test/testbed/control-plane.ts';
import { installCrd } from '../../test/testbed/discovery.ts';
import { keep } from '../../test/testbed/keep.ts';
import type { Credentials } from '../../test/testbed/kubeconfig.ts';
import { startKwok } from '../../test/testbed/kwok.ts';
import { root } from '../../test/testbed/parts.ts';
import { scratchFolder } from '../../test/testbed/server-process.ts';
import type { TemporalServer } from '../../test/testbed/temporal-server.ts';
import { startTemporal } from '../../test/testbed/temporal-server.ts';
import { openAccount, userOf } from './accounts.ts';
import { type Audit, openAudit } from './audit.ts';
import { type Statuses, watchStatuses } from './statuses.ts';

export interface Bed {
  readonly plane: ControlPlane;
  readonly temporal: TemporalServer;
  readonly audit: Audit;
  readonly statuses: Statuses;
  /** The sidecar's account, and the floor's. */
  readonly sidecar: Credentials;
  readonly floor: Credentials;
  /** Kubernetes' and Temporal's, of the same names, in which the sidecar looks. */
  readonly namespaces: readonly string[];
  /** One in which it does not. */
  readonly floorNamespace: string;
  readonly scratch: string;
  apiserverPid(): Promise<number>;
}

const podsPerNode = 500;
const namespaces = ['bench-0', 'bench-1', 'bench-2', 'bench-3'];
const floorNamespace = 'floor';

export async function openBed(mostProcesses: number): Promise<Bed> {
  const scratch = scratchFolder('bench-sidecar');
  // So that the folder goes when the benchmark ends, however it does.
  keep('sleep', ['2147483647'], { scratch, background: true });
  const audit = openAudit(scratch, [userOf('sidecar'), userOf('floor')]);
  const [plane, temporal] = await Promise.all([
    startControlPlane({ controllers: true, apiserverArgs: audit.apiserverArgs }),
    startTemporal({ namespaces: [...namespaces, floorNamespace], dynamicConfig }),
  ]);
  await installCrd(plane, join(root, 'deploy/crd/ameide.io_processes.yaml'));
  await startKwok(plane, { nodes: Math.ceil(mostProcesses / podsPerNode), tainted: false });
  const [sidecar, floor] = [await openAccount(plane, 'sidecar'), await openAccount(plane, 'floor')];
  const apiserver = plane.servers.find(({ name }) => name === 'kube-apiserver')!;
  const statuses = await watchStatuses(plane);
  const apiserverPid = () => apiserver.pid();
  return { plane, temporal, audit, statuses, sidecar, floor, namespaces, floorNamespace, scratch, apiserverPid };
}

/**
 * Long polls that a frontend holds for one namespace: 1,200 unless told. Rates stay as they are, the sidecar has to live with them. One
 * partition for each queue instead of four: those of 5,000 queues are more than a development server on the same processors can load.
 * And each queue's own state is not stored every minute: those are 100 writes a second, behind which the one connection to the development
 * server's database lets everything else wait for up to twelve seconds.
 */
const dynamicConfig = {
  'frontend.namespaceCount': 100_000,
  'matching.numTaskqueueReadPartitions': 1,
  'matching.numTaskqueueWritePartitions': 1,
  'matching.updateAckInterval': '10h',
};
