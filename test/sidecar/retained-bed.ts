/** A Process whose definition changes again and again, workflows of its versions, and what its status says of those that are retained. */
import type { WorkflowHandle } from '@temporalio/client';
import type { runProcess } from '../../examples/worker/workflows.ts';
import { demand, type KubeObject } from '../testbed/api.ts';
import { apply } from '../testbed/apply.ts';
import { until } from '../testbed/until.ts';
import { byProcess, type LiveBed, namespace, podsOf, processOf, theOne, workerProbes } from './live-bed.ts';

export const name = 'orders';
export const taskQueue = `${name}-tq`;
export const step = (called: string) => ({ name: called, kind: 'activity', activity: `test.${called}` });
export const signal = (called: string) => ({ name: called, kind: 'signal' });
interface Retained {
  readonly version: number;
  readonly checksum: string;
  readonly droppable: string;
  readonly message: string;
  readonly running?: number;
}

export interface Live extends KubeObject {
  readonly spec: { readonly definitionRef: { readonly pin: { readonly version: number; readonly checksum: string } } };
  readonly status?: { readonly retained?: readonly Retained[]; readonly conditions: readonly { type: string; message: string }[] };
}

export async function live({ plane }: LiveBed): Promise<Live> {
  return (await demand(plane, 'GET', `/apis/ameide.io/v1/namespaces/${namespace}/processes/${name}`)) as Live;
}

/** `2: No 1`, newest first. */
const brief = ({ status }: Live) =>
  (status?.retained ?? []).map(({ version, droppable, running }) => `${version}: ${droppable} ${running ?? '-'}`);

export async function untilRetained(bed: LiveBed, ...expected: readonly string[]): Promise<Live> {
  let seen: Live | undefined;
  const look = async () => {
    seen = await live(bed);
    return { brief: brief(seen), messages: seen.status?.retained?.map(({ message }) => message) };
  };
  const isSo = (found: { brief: readonly string[] }) => [...found.brief].sort().join() === [...expected].sort().join();
  await until({ what: `status.retained to be ${expected.join(', ') || 'absent'}`, look, isSo, limitMs: 90_000 });
  return seen!;
}

/** Writes the Process into the team's package. */
export function writeProcess({ team }: LiveBed): void {
  team.write(`processes/${name}.yaml`, processOf(name, { definitionRef: { id: name, tenantId: 't123' }, worker: workerProbes }));
}

export async function release(bed: LiveBed, version: number, definition: object): Promise<Live> {
  bed.team.write(`definitions/t123/${name}/${version}.json`, definition);
  return deploy(bed);
}

export async function deploy(bed: LiveBed, ...pinArgs: readonly string[]): Promise<Live> {
  bed.team.run('pin', ...pinArgs);
  bed.team.run('render');
  const objects = byProcess(bed.team).get(name)!;
  await apply(bed.plane, objects);
  const { version } = (theOne(objects, 'Process') as Live).spec.definitionRef.pin;
  const mounted = new RegExp(`^True AsRendered: version ${version} `);
  await bed.statuses.untilSays(name, { Ready: /^True/, Reconciling: null, DefinitionResolved: mounted });
  return live(bed);
}

/** After that it is asked anew who needs what, rather than minutes later. */
export async function replacePod(bed: LiveBed): Promise<void> {
  const [pod] = await podsOf(bed, name);
  await demand(bed.plane, 'DELETE', `/api/v1/namespaces/${namespace}/pods/${pod!.name}`);
  const look = () => podsOf(bed, name);
  await until({ what: 'another pod', look, isSo: ([one]) => one?.isReady === true && one.name !== pod!.name, limitMs: 60_000 });
}

/** Whoever goes on replays what runs. */
export async function crashWorker(bed: LiveBed): Promise<void> {
  await bed.node.signal((await podsOf(bed, name))[0]!, 'SIGKILL');
  const look = () => podsOf(bed, name);
  await until({ what: 'the worker again', look, isSo: ([pod]) => pod!.restarts === 1 && pod!.isReady, limitMs: 60_000 });
}

export async function atStep(handle: WorkflowHandle<typeof runProcess>, wanted: string): Promise<void> {
  const look = () => handle.query<{ step?: string }>('progress');
  await until({ what: `${handle.workflowId} at ${wanted}`, look, isSo: ({ step: at }) => at === wanted, limitMs: 60_000 });
}
