/** Processes with SLA checks and cleanups in a real cluster, with a real Temporal: `check-sla` and `sweep` run as exactly the account that is rendered. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { Client, Connection } from '@temporalio/client';
import { type Resource, valueAt } from '../../src/resource.ts';
import { type Audit, auditIn } from '../deploy/permissions.ts';
import { type LiveBed, namespace, openLiveBed, processOf, render, temporalNamespace } from '../sidecar/live-bed.ts';
import { demand, type KubeObject } from '../testbed/api.ts';
import { apply } from '../testbed/apply.ts';
import { serviceAccountKubeconfig } from '../testbed/kubeconfig.ts';
import { root } from '../testbed/parts.ts';
import { until } from '../testbed/until.ts';

export interface SchedulesBed extends LiveBed {
  readonly client: Client;
  readonly audit: Audit;
  /** Renders and applies the Process with these fields of its spec, and waits until the sidecar has looked. Gives its objects. */
  commit(name: string, change: object): Promise<readonly KubeObject[]>;
  /** Workflows of the queue `NAME-tq` that nobody works on. */
  start(name: string, ids: readonly string[], options?: { readonly type?: string; readonly delayMs?: number }): Promise<void>;
  outcome(id: string): Promise<string>;
  live(name: string): Promise<KubeObject>;
  /** As the Process's own account, in its namespace; Temporal is where the pods would be told. */
  run(name: string, args: readonly string[], variables?: Readonly<Record<string, string>>, onStart?: OnStart): Promise<Ran>;
  /** Those of the Process, by their reason. */
  events(name: string, reason: string): Promise<string[]>;
}

/** Gets what tells it to stop, as Kubernetes does: SIGTERM. */
type OnStart = (terminate: () => void) => void;

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** With `-o lines`. */
  readonly lines: readonly Resource[];
}

export async function openSchedulesBed(): Promise<SchedulesBed> {
  const dir = mkdtempSync(join(tmpdir(), 'ameide-audit-'));
  const audit = auditIn(dir);
  const bed = await openLiveBed({ apiserverArgs: audit.args });
  const connection = await Connection.connect({ address: bed.temporal.address });
  const client = new Client({ connection, namespace: temporalNamespace });
  const { plane, temporal } = bed;
  const path = (name: string) => `/apis/ameide.io/v1/namespaces/${namespace}/processes/${name}`;
  const live = async (name: string) => (await demand(plane, 'GET', path(name))) as KubeObject;
  const stop = bed.stop;
  return Object.assign(bed, {
    client,
    audit,
    live,
    commit: async (name: string, change: object) => {
      const objects = render(bed, [processOf(name, change)]).get(name)!;
      await apply(plane, objects);
      await until({ what: `the sidecar to have looked at ${name}`, look: () => live(name), isSo: isSeen, limitMs: 60_000 });
      return objects;
    },
    start: async (name: string, ids: readonly string[], { type = 'Wait', delayMs }: { type?: string; delayMs?: number } = {}) => {
      const delay = delayMs === undefined ? {} : { startDelay: delayMs };
      for (const workflowId of ids) await client.workflow.start(type, { workflowId, taskQueue: `${name}-tq`, args: [], ...delay });
    },
    outcome: async (id: string) => (await client.workflow.getHandle(id).describe()).status.name as string,
    run: async (name: string, args: readonly string[], variables: Readonly<Record<string, string>> = {}, onStart: OnStart = () => {}) => {
      const { kubeconfig } = await serviceAccountKubeconfig(plane, namespace, `${name}-schedules`);
      const env = {
        ...process.env,
        KUBECONFIG: kubeconfig,
        TEMPORAL_ADDRESS: temporal.address,
        PROCESS_NAME: name,
        PROCESS_NAMESPACE: namespace,
        ...variables,
      };
      const [verb, ...rest] = args;
      const command = [join(root, 'dist/ameide-process'), verb!, name, ...rest];
      const { code, stdout, stderr } = await ran(join(root, 'node_modules/.bin/node'), command, env, onStart);
      const lines = stdout.split('\n').flatMap((line) => (line.startsWith('{"') ? [JSON.parse(line) as Resource] : []));
      return { code, stdout, stderr, lines };
    },
    events: async (name: string, reason: string) => {
      const { items } = (await demand(plane, 'GET', `/apis/events.k8s.io/v1/namespaces/${namespace}/events`)) as { items: Resource[] };
      const isIt = (event: Resource) => event.reason === reason && valueAt(event, 'regarding', 'name') === name;
      return items.filter(isIt).map(({ note }) => String(note));
    },
    stop: async () => {
      await connection.close();
      await stop();
      rmSync(dir, { recursive: true, force: true });
    },
  });
}

/** Beside this process, which may be the server that it talks to. */
function ran(file: string, args: readonly string[], env: NodeJS.ProcessEnv, onStart: OnStart): Promise<Omit<Ran, 'lines'>> {
  return new Promise((resolve) => {
    const child = execFile(file, args, { env, timeout: 60_000 }, (_, stdout, stderr) => resolve({ code: child.exitCode, stdout, stderr }));
    onStart(() => child.kill('SIGTERM'));
  });
}

function isSeen({ metadata, status }: KubeObject): boolean {
  return valueAt(status, 'observedGeneration') === valueAt(metadata, 'generation') && valueAt(status, 'temporal', 'address') !== undefined;
}
