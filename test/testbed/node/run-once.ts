/** One run of a container: the process, its probes, and how it ended. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { type Cell, change } from './cell.ts';
import { now, type Terminated } from './container-status.ts';
import { expand } from './expand.ts';
import type { Image } from './images.ts';
import { hostnameOf } from './pod.ts';
import { keepProbing, type Probe, type Probed } from './probe.ts';
import { type Command, type Sandboxed, startErrorCode, startSandboxed, stop } from './sandbox.ts';
import { viewOf } from './view.ts';

export interface Run {
  readonly cell: Cell;
  readonly image: Image;
  readonly variables: Readonly<Record<string, string>>;
  readonly restartCount: number;
}

export async function runOnce({ cell, image, variables, restartCount }: Run): Promise<Terminated> {
  const { spec, context } = cell;
  const { terminated } = cell.status.state.terminated ? cell.status.state : cell.status.lastState;
  const containerID = `testbed://${randomUUID()}`;
  const startedAt = now();
  let process: Sandboxed;
  try {
    process = startSandboxed(commandOf(cell, image, variables));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { exitCode: startErrorCode, reason: 'StartError', message, startedAt, finishedAt: now(), containerID };
  }
  cell.process = process;
  const probing = new AbortController();
  if (await process.started) {
    const { startupProbe, readinessProbe } = spec;
    const [started, ready] = [!startupProbe, !startupProbe && !readinessProbe];
    change(cell, {
      containerID,
      restartCount,
      started,
      ready,
      state: { running: { startedAt } },
      lastState: terminated ? { terminated } : {},
    });
    void probe(cell, process, probing.signal);
  }
  // It may have been told to end while it was being started.
  if (cell.ending.signal.aborted) void stop(process, context.pod().spec.terminationGracePeriodSeconds);
  const exitCode = await process.ended;
  probing.abort();
  cell.process = undefined;
  const reason = exitCode === 0 ? 'Completed' : exitCode === startErrorCode ? 'StartError' : 'Error';
  return { exitCode, reason, startedAt, finishedAt: now(), containerID };
}

function commandOf({ spec, context, volumes }: Cell, image: Image, variables: Readonly<Record<string, string>>): Command {
  const pod = context.pod();
  const argv = [...(spec.command ?? image.entrypoint), ...(spec.args ?? [])].map((word) => expand(word, variables));
  return {
    argv,
    variables,
    workingDir: spec.workingDir ?? '/',
    hostname: hostnameOf(pod),
    view: viewOf({ pod, container: spec, volumes, hosts: context.hosts }),
    folder: join(context.folder, randomUUID()),
    logFile: join(context.folder, `${spec.name}.log`),
    scratch: context.scratch,
  };
}

/** Readiness and liveness are asked once the container has started up. */
async function probe(cell: Cell, process: Sandboxed, signal: AbortSignal): Promise<void> {
  const { startupProbe, readinessProbe, livenessProbe } = cell.spec;
  const probed = { process, portOf: (port: number | string) => portOf(cell, port) };
  if (startupProbe && !(await startUp(cell, startupProbe, probed, signal))) return;
  if (readinessProbe) {
    const decided = (ready: boolean, message: string) => {
      if (!ready) unhealthy(cell, 'Readiness', message);
      if (ready !== cell.status.ready) change(cell, { ready });
    };
    void keepProbing({ probe: readinessProbe, probed, signal, decided });
  }
  if (livenessProbe) {
    // Who is ending is not asked whether it lives.
    const alive = AbortSignal.any([signal, cell.ending.signal]);
    void keepProbing({ probe: livenessProbe, probed, signal: alive, decided: killer(cell, process, livenessProbe, 'Liveness') });
  }
}

/** False: the run is over before it had started up. */
async function startUp(cell: Cell, startupProbe: Probe, probed: Probed, signal: AbortSignal): Promise<boolean> {
  const done = new AbortController();
  const kill = killer(cell, probed.process, startupProbe, 'Startup');
  const decided = (isGood: boolean, message: string) => {
    if (isGood) change(cell, { started: true, ready: !cell.spec.readinessProbe });
    else kill(false, message);
    done.abort();
  };
  await keepProbing({ probe: startupProbe, probed, signal: AbortSignal.any([signal, done.signal]), decided });
  return cell.status.started && !signal.aborted;
}

function killer(cell: Cell, process: Sandboxed, probe: Probe, what: string): (isGood: boolean, message: string) => void {
  let isKilled = false;
  return (isGood, message) => {
    if (isGood || isKilled) return;
    isKilled = true;
    const { context, spec } = cell;
    unhealthy(cell, what, message);
    context.event('Normal', 'Killing', `Container ${spec.name} failed ${what.toLowerCase()} probe, will be restarted`);
    void stop(process, probe.terminationGracePeriodSeconds ?? context.pod().spec.terminationGracePeriodSeconds);
  };
}

function unhealthy({ context }: Cell, what: string, message: string): void {
  context.event('Warning', 'Unhealthy', `${what} probe failed: ${message}`);
}

function portOf({ spec, ports }: Cell, port: number | string): number {
  const number = typeof port === 'number' ? port : (spec.ports?.find(({ name }) => name === port)?.containerPort ?? Number(port));
  return ports.get(number) ?? number;
}
