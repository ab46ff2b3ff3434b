/** The life of one container: its runs, the pauses between them, and its end. */
import { countRestarts } from './back-off.ts';
import { type Cell, change, pause } from './cell.ts';
import type { ContainerStatus, Terminated } from './container-status.ts';
import type { ContainerSpec } from './pod.ts';
import type { PodContext } from './pod-context.ts';
import { isRestarted } from './pod-status.ts';
import { pullImage, readEnvironment } from './prepare-container.ts';
import { runOnce } from './run-once.ts';
import { stop } from './sandbox.ts';

export interface Container {
  readonly name: string;
  status(): ContainerStatus;
  /** Once it runs and will run no more. */
  readonly finished: Promise<void>;
  /** For good: SIGTERM, and SIGKILL after the grace. May be called again with a shorter one. */
  end(graceSeconds: number): void;
  /** False: there is no process. */
  signal(name: NodeJS.Signals): Promise<boolean>;
  /** Where it really listens. */
  portOf(port: number): number;
}

export function createContainer(spec: ContainerSpec, context: PodContext): Container & { run(volumes: ReadonlyMap<string, string>): void } {
  const volumes = new Map<string, string>();
  const cell: Cell = { spec, context, volumes, status: creating(spec), ports: new Map(), ending: new AbortController() };
  let resolve = () => {};
  const finished = new Promise<void>((done) => {
    resolve = done;
  });
  return {
    name: spec.name,
    finished,
    status: () => cell.status,
    run: (made) => {
      for (const [name, folder] of made) volumes.set(name, folder);
      void live(cell).finally(() => resolve());
    },
    end: (graceSeconds) => {
      cell.ending.abort();
      if (cell.process) void stop(cell.process, graceSeconds);
    },
    signal: async (name) => (await cell.process?.signal(name)) ?? false,
    portOf: (port) => cell.ports.get(port) ?? port,
  };
}

/** A kubelet looks at its containers once a second; until then it knows of no end, and starts none anew. */
const noticedMs = 1_000;

function creating({ name, image }: ContainerSpec): ContainerStatus {
  const state = { waiting: { reason: 'ContainerCreating' } };
  return { name, image, imageID: '', restartCount: 0, ready: false, started: false, state, lastState: {} };
}

async function live(cell: Cell): Promise<void> {
  const { context, ending } = cell;
  const restarts = countRestarts(context.backOff);
  const image = await pullImage(cell);
  for (let restartCount = 0; image && !ending.signal.aborted; restartCount++) {
    const variables = await readEnvironment(cell, image);
    if (!variables) return;
    const began = Date.now();
    const terminated = await runOnce({ cell, image, variables, restartCount });
    await pause(cell, noticedMs);
    change(cell, { state: { terminated }, restartCount, ready: false, started: false });
    if (ending.signal.aborted || !isRestarted(context.pod().spec.restartPolicy, terminated.exitCode)) return;
    if (!(await backOff(cell, terminated, restarts.next(Date.now() - began)))) return;
  }
}

/** False: it is to end. */
async function backOff(cell: Cell, terminated: Terminated, ms: number): Promise<boolean> {
  if (ms === 0) return true;
  const { metadata } = cell.context.pod();
  const message = `back-off ${ms / 1000}s restarting failed container=${cell.spec.name} pod=${metadata.name}_${metadata.namespace}(${metadata.uid})`;
  change(cell, { state: { waiting: { reason: 'CrashLoopBackOff', message } }, lastState: { terminated } });
  cell.context.event('Warning', 'BackOff', message);
  const goesOn = await pause(cell, ms);
  if (!goesOn) change(cell, { state: { terminated } });
  return goesOn;
}
