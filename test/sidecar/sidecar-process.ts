/** The sidecar as it runs in a cluster: the built executable in a process of its own, with its log and its port. */
import { join } from 'node:path';
import process from 'node:process';
import { keep } from '../testbed/keep.ts';
import { root } from '../testbed/parts.ts';
import { until } from '../testbed/until.ts';

export interface SidecarProcess {
  /** Everything that it wrote, also what is no line of its log. */
  text(): string;
  /** Each line that it logged. */
  log(): readonly Record<string, unknown>[];
  /** Where it serves its port, `host:port`. */
  readonly host: string;
  /** What a path of its port answers. */
  get(path: string): Promise<{ readonly status: number; readonly text: string }>;
  /** The sum of a metric's samples that have these labels; 0 without any. */
  metric(name: string, labels?: Readonly<Record<string, string>>): Promise<number>;
  signal(name: NodeJS.Signals): void;
  readonly ended: Promise<number>;
  stop(): Promise<void>;
}

export interface SidecarStart {
  readonly kubeconfig: string;
  /** Beside those that give it a port. */
  readonly args: readonly string[];
}

/** Resolves when it serves its port. */
export async function startSidecar({ kubeconfig, args }: SidecarStart): Promise<SidecarProcess> {
  const command = [join(root, 'dist/ameide-process'), 'sidecar', '--host', '127.0.0.1', '--port', '0', ...args];
  const path = `${join(root, 'node_modules/.bin')}:${process.env.PATH}`;
  const kept = keep(join(root, 'node_modules/.bin/node'), command, {
    env: { ...process.env, PATH: path, KUBECONFIG: kubeconfig },
    output: 'pipe',
    background: true,
  });
  let text = '';
  for (const stream of [kept.child.stdout, kept.child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
  }
  const log = () =>
    text
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  let code: number | undefined;
  kept.ended.then((ended) => {
    code = ended;
  });
  const started = await until({
    what: 'the sidecar to serve its port',
    look: () => ({ line: log().find(({ msg }) => msg === 'started'), code, text }),
    isSo: (seen) => seen.line !== undefined || seen.code !== undefined,
  });
  if (!started.line) throw new Error(`the sidecar ended with ${started.code}: ${started.text}`);
  const host = `127.0.0.1:${started.line.port}`;
  const get = async (target: string) => {
    const response = await fetch(`http://${host}${target}`);
    return { status: response.status, text: await response.text() };
  };
  return {
    text: () => text,
    log,
    host,
    get,
    metric: async (name, labels = {}) => sumOf((await get('/metrics')).text, name, labels),
    signal: (name) => process.kill(Number(started.line!.pid), name),
    ended: kept.ended,
    stop: kept.stop,
  };
}

function sumOf(text: string, name: string, labels: Readonly<Record<string, string>>): number {
  const wanted = Object.entries(labels).map(([key, value]) => `${key}="${value}"`);
  const lines = text.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
  return lines
    .filter((line) => wanted.every((one) => line.includes(one)))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}
