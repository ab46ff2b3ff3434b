/** The sidecar under measurement: the built program, as one replica, under its own account, scraped as Prometheus does. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { parse } from 'yaml';
import { freePorts } from '../../test/testbed/free-ports.ts';
import { root } from '../../test/testbed/parts.ts';
import { scratchFolder, startServer, untilReady } from '../../test/testbed/server-process.ts';
import { home } from './accounts.ts';
import type { Bed } from './bed.ts';

export interface Subject {
  readonly pid: number;
  /** When it was started, as `performance.now()` counts. */
  readonly startedAt: number;
  /** Resolves when it says that it is ready. */
  readonly ready: Promise<void>;
  hasEnded(): boolean;
  log(): string;
  /** Text of its /metrics. */
  metrics(): Promise<string>;
  /** As Kubernetes does: SIGTERM, and what still runs after the grace period is killed. */
  stop(): Promise<void>;
}

const graceMs = 10_000;
/** As by Prometheus: what it takes to answer belongs to its memory. */
const scrapedEachMs = 30_000;

/** `nodeFlags` are for profiles. */
export async function startSubject({ sidecar, namespaces }: Bed, nodeFlags: readonly string[] = []): Promise<Subject> {
  const [port] = await freePorts(1);
  const deployed = deployedContainer();
  const scratch = scratchFolder('sidecar');
  const watched = namespaces.flatMap((namespace) => ['--namespace', namespace]);
  const args = ['sidecar', '--kubeconfig', sidecar.kubeconfig, ...watched, '--host', '127.0.0.1', '--port', String(port)];
  const env = {
    PATH: process.env.PATH,
    HOME: scratch,
    POD_NAME: 'ameide-process-0',
    POD_NAMESPACE: home,
    ...deployed.env,
  };
  const [, ...flags] = deployed.command.slice(0, -1);
  const program = join(root, 'dist/ameide-process');
  const startedAt = performance.now();
  const server = startServer({
    name: 'sidecar',
    executable: process.execPath,
    args: [...flags, ...nodeFlags, program, ...args],
    scratch,
    env,
  });
  const ask = async (path: string) => fetch(`http://127.0.0.1:${port}${path}`);
  const isReady = async () => {
    try {
      return (await ask('/readyz')).ok;
    } catch {
      // Not listening yet.
      return false;
    }
  };
  let isStopped = false;
  const metrics = async () => (await ask('/metrics')).text();
  // Not listening yet, or no more, is no news here.
  const scraping = setInterval(() => metrics().catch(() => {}), scrapedEachMs);
  const pid = await server.pid();
  const ready = untilReady([server], isReady);
  ready.catch(() => {});
  return {
    pid,
    startedAt,
    ready,
    hasEnded: server.hasEnded,
    log: () => (isStopped ? '(it was stopped, its log is gone)' : worthReading(join(scratch, 'log'))),
    metrics,
    stop: async () => {
      isStopped = true;
      clearInterval(scraping);
      if (!server.hasEnded()) process.kill(pid, 'SIGTERM');
      for (const end = Date.now() + graceMs; !server.hasEnded() && Date.now() < end; ) await delay(20);
      await server.stop();
    },
  };
}

/** Its command in deploy/sidecar, and the variables that it is given there as they stand. */
function deployedContainer(): { readonly command: readonly string[]; readonly env: Readonly<Record<string, string>> } {
  const { spec } = parse(readFileSync(join(root, 'deploy/sidecar/deployment.yaml'), 'utf8')) as { spec: { template: { spec: PodSpec } } };
  const [{ command, env }] = spec.template.spec.containers;
  return { command, env: Object.fromEntries(env.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]]))) };
}

interface PodSpec {
  readonly containers: readonly [
    { readonly command: readonly string[]; readonly env: readonly { readonly name: string; readonly value?: string }[] },
  ];
}

/** The last line of each kind, for what is told a thousand times would hide the rest; in the order of the log. */
function worthReading(file: string): string {
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  const lastOf = new Map<string, number>();
  for (const [at, line] of lines.entries()) lastOf.set(/"msg":"[^"]*"/.exec(line)?.[0] ?? line, at);
  const last = new Set(lastOf.values());
  const shown = lines.filter((line, at) => last.has(at) && !line.includes('"condition":'));
  return shown.slice(-30).join('\n');
}
