/** `sidecar`: keeps the status of live Processes true, until it is told to stop. Of several replicas one leads. */
import { createHash, randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { openConfiguredSource } from '../definition/open-configured-source.ts';
import type { DefinitionSource } from '../definition/source.ts';
import { connectKube, type Kube } from '../kube/connect.ts';
import { campaign, type Leadership } from '../kube/lease.ts';
import { readFnConfig } from '../package/read-fn-config.ts';
import { type Problem, problem } from '../problem.ts';
import { digestBy } from '../sha256.ts';
import { type Control, startControl } from '../sidecar/control.ts';
import { type Log, type LogLevel, openLog } from '../sidecar/log.ts';
import { openMetrics } from '../sidecar/metrics.ts';
import { openProbes, type Probes } from '../sidecar/probes.ts';
import { openTally, type Tally } from '../sidecar/tally.ts';
import { untilInterrupted } from './interruption.ts';
import type { Terminal } from './terminal.ts';

export interface SidecarOptions {
  /** Empty: its own namespace. */
  readonly namespace: readonly string[];
  readonly allNamespaces?: boolean;
  readonly kubeconfig?: string;
  readonly host: string;
  readonly port: number;
  /** Where it names a definition source, newer versions are told of. */
  readonly fnConfig?: string;
  readonly sourceIntervalMs: number;
  readonly temporalRate: number;
  readonly logLevel: LogLevel;
  /** False: this is the only replica. */
  readonly leaderElection: boolean;
  readonly leaseName: string;
}

/** Told to stop, it ends within two seconds, also when the API server is silent. */
const stopWithinMs = 1_400;
const lingerMs = 300;

/** 0: it was told to stop; 1: it cannot run, or no longer leads, and a restart is the remedy. */
export async function sidecarVerb(options: SidecarOptions, terminal: Terminal): Promise<number> {
  digestBy((content) => createHash('sha256').update(content).digest('hex'));
  const stopped = untilInterrupted().then((signal): Ending => ({ exitCode: 0, reason: signal }));
  const source = await openSource(options.fnConfig);
  if (source && 'problems' in source) return refuse(source.problems, terminal);
  let kube: Kube;
  try {
    kube = await connectKube({ kubeconfig: options.kubeconfig });
  } catch (error) {
    return refuse([problem('ClusterUnusable', `the Kubernetes configuration cannot be used: ${(error as Error).message}`)], terminal);
  }
  const log = openLog(options.logLevel);
  const tally = openTally();
  const instance = `${hostname()}_${randomBytes(4).toString('hex')}`;
  const leadership = options.leaderElection
    ? campaign({
        kube,
        namespace: kube.namespace,
        name: options.leaseName,
        identity: instance,
        onTrouble: (message) => log.warn('the Lease cannot be read or written', { message }),
      })
    : undefined;
  const running: Running = { control: undefined, leadership };
  let probes: Probes;
  try {
    probes = await serve({ options, kube, log, tally, running });
  } catch (error) {
    await leadership?.stop();
    kube.close();
    return refuse([problem('ClusterUnusable', `cannot listen on ${options.host}:${options.port}: ${(error as Error).message}`)], terminal);
  }
  log.info('started', { pid: process.pid, instance, port: probes.port, namespaces: namespacesOf(options, kube)?.join(',') ?? 'all' });
  const led = lead({ options, kube, log, tally, instance, running, source: source?.source });
  const code = await Promise.race([stopped, led]);
  log.info('stopping', { reason: code.reason });
  await Promise.race([stopAll(running), delay(stopWithinMs)]);
  probes.close();
  kube.close();
  // Whatever is still open has had its time.
  setTimeout(() => process.exit(code.exitCode), lingerMs).unref();
  return code.exitCode;
}

/** What is under way is finished first; then the Lease is given back. */
async function stopAll({ control, leadership }: Running): Promise<void> {
  await control?.stop();
  await leadership?.stop();
}

interface Running {
  control: Control | undefined;
  readonly leadership: Leadership | undefined;
}

interface Ending {
  readonly exitCode: number;
  readonly reason: string;
}

async function refuse(problems: readonly Problem[], terminal: Terminal): Promise<number> {
  await terminal.report(problems);
  return 1;
}

async function openSource(file: string | undefined): Promise<{ source: DefinitionSource } | { problems: readonly Problem[] } | undefined> {
  if (file === undefined) return;
  const read = readFnConfig({ file, dir: '.', items: [] }, false);
  if ('problems' in read) return read;
  if (read.config.source === undefined) return;
  const source = await openConfiguredSource(read.config, read.baseDir, process.env);
  return 'reason' in source ? { problems: [source] } : { source };
}

function namespacesOf({ allNamespaces, namespace }: SidecarOptions, kube: Kube): readonly string[] | undefined {
  if (allNamespaces) return;
  return namespace.length > 0 ? namespace : [kube.namespace];
}

interface Parts {
  readonly options: SidecarOptions;
  readonly kube: Kube;
  readonly log: Log;
  readonly tally: Tally;
  readonly running: Running;
}

/** A replica that waits to lead is ready: the roll-out of the sidecar itself needs that. */
function serve({ options, kube, log, tally, running }: Parts): Promise<Probes> {
  const { leadership } = running;
  const isLeader = () => leadership?.isLeader() ?? true;
  const metrics = openMetrics({ kube, tally, isLeader, control: () => running.control });
  return openProbes({
    host: options.host,
    port: options.port,
    metrics,
    onMetricsFailed: ({ message }) => log.error('the metrics could not be told', { message }),
    notReady: () => (running.control && !running.control.cluster.isSynced() ? 'the API server was not listed yet' : undefined),
  });
}

interface LeadParts extends Parts {
  readonly instance: string;
  readonly source: DefinitionSource | undefined;
}

/** Runs from when this replica leads; ends when it no longer does. */
async function lead({ options, kube, log, tally, instance, running, source }: LeadParts): Promise<Ending> {
  const { leadership } = running;
  try {
    await leadership?.acquired;
  } catch {
    return { exitCode: 0, reason: 'it was stopped before it led' };
  }
  log.info('leading', { instance });
  const { temporalRate, sourceIntervalMs } = options;
  running.control = startControl({
    isLeader: () => leadership?.isLeader() ?? true,
    kube,
    log,
    tally,
    instance,
    source,
    temporalRate,
    sourceIntervalMs,
    namespaces: namespacesOf(options, kube),
  });
  const reason = await (leadership?.lost ?? new Promise<string>(() => {}));
  return { exitCode: 1, reason };
}
