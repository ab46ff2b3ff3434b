/** The conditions of one Process as they turn, a line each, as a person would see them with `kubectl get --watch`. */
import { demand, type KubeObject, type Server } from './api.ts';
import { until } from './until.ts';

export interface Follow {
  /** Waits until a condition has turned to this after the last one that was waited for; gives the status. */
  until(type: string, status: string): Promise<FollowedStatus>;
  stop(): void;
}

export interface FollowedStatus {
  readonly definition?: { readonly version: number; readonly checksum: string };
  readonly workers?: { readonly summary: string };
  readonly conditions?: readonly { readonly type: string; readonly status: string; readonly reason: string; readonly message: string }[];
}

export interface FollowOptions {
  readonly server: Server;
  readonly namespace: string;
  readonly name: string;
  readonly say: (line: string) => void;
}

const everyMs = 100;
/** What is as it should be beside what a demonstration is about; and one cause is told once, by the first condition that has it. */
const untold = ['DependenciesFound', 'NotDegraded', 'WorkloadAvailable'];

export function followStatus({ server, namespace, name, say }: FollowOptions): Follow {
  const path = `/apis/ameide.io/v1/namespaces/${namespace}/processes/${name}`;
  const started = Date.now();
  const turned: { readonly type: string; readonly status: string; readonly at: FollowedStatus }[] = [];
  const last = new Map<string, string>();
  say('  TIME     READY     VERSION   WORKERS           CONDITION');
  const look = async () => {
    const { status = {} } = (await demand(server, 'GET', path)) as KubeObject & { status?: FollowedStatus };
    const told = new Set(untold);
    for (const { type, status: now, reason, message } of status.conditions ?? []) {
      if (last.get(type) === `${now} ${reason}`) continue;
      last.set(type, `${now} ${reason}`);
      turned.push({ type, status: now, at: status });
      if (told.has(reason)) continue;
      told.add(reason);
      say(row(status, ((Date.now() - started) / 1000).toFixed(1), `${type}=${now} ${reason}: ${message}`));
    }
  };
  const timer = setInterval(() => void look().catch(() => {}), everyMs);
  let seen = 0;
  return {
    until: async (type, wanted) => {
      const from = seen;
      const found = await until({
        what: `${type} of ${name} to turn ${wanted}`,
        look: () => turned.findIndex((one, at) => at >= from && one.type === type && one.status === wanted),
        isSo: (at) => at >= 0,
        limitMs: 60_000,
      });
      seen = found + 1;
      return turned[found]!.at;
    },
    stop: () => clearInterval(timer),
  };
}

function row({ conditions = [], definition, workers }: FollowedStatus, seconds: string, words: string): string {
  const ready = conditions.find(({ type }) => type === 'Ready')?.status ?? '';
  const cells = [
    `${seconds} s`.padStart(7),
    ready.padEnd(7),
    String(definition?.version ?? '').padEnd(7),
    (workers?.summary ?? '').padEnd(15),
    words,
  ];
  return `  ${cells.join('   ')}`;
}
