/** A real Prometheus on loopback that scrapes what PodMonitors select, and evaluates the rules of a PrometheusRule. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withFreePorts } from './free-ports.ts';
import { part } from './parts.ts';
import { scratchFolder, startServer, untilReady } from './server-process.ts';

export interface PrometheusOptions {
  /** Entries of `scrape_configs`. */
  readonly scrapes: readonly object[];
  /** The spec of a PrometheusRule. */
  readonly rules: object;
}

export interface PrometheusServer {
  /** Series that an expression gives now. */
  query(expr: string): Promise<Series[]>;
  /** Every rule that is loaded. */
  rules(): Promise<LoadedRule[]>;
  stop(): Promise<void>;
}

export interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface LoadedRule {
  readonly name: string;
  readonly type: 'alerting' | 'recording';
  /** `unknown`: it was not evaluated yet. */
  readonly health: 'ok' | 'err' | 'unknown';
  readonly lastError?: string;
  /** Of one that alerts. */
  readonly state?: 'inactive' | 'pending' | 'firing';
  readonly alerts?: readonly {
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  }[];
}

/** Scrapes and evaluates each second. Throws with its log when it cannot start. */
export async function startPrometheus({ scrapes, rules }: PrometheusOptions): Promise<PrometheusServer> {
  const executable = await part('prometheus');
  return withFreePorts(1, async ([port]) => {
    const scratch = scratchFolder('prometheus');
    const global = { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' };
    // JSON is YAML.
    writeFileSync(join(scratch, 'rules.yaml'), JSON.stringify(rules));
    writeFileSync(join(scratch, 'prometheus.yaml'), JSON.stringify({ global, rule_files: ['rules.yaml'], scrape_configs: scrapes }));
    const args = ['--config.file=prometheus.yaml', '--storage.tsdb.path=data', `--web.listen-address=127.0.0.1:${port}`];
    const server = startServer({ name: 'prometheus', executable, args, scratch });
    const url = `http://127.0.0.1:${port}`;
    try {
      const isReady = () =>
        fetch(`${url}/-/ready`).then(
          ({ ok }) => ok,
          () => false,
        );
      await untilReady([server], isReady);
    } catch (error) {
      await server.stop();
      throw error;
    }
    return {
      query: async (expr) => {
        const { result } = await ask<{ result: { metric: Series['metric']; value: [number, string] }[] }>(
          `${url}/api/v1/query?query=${encodeURIComponent(expr)}`,
        );
        return result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }));
      },
      rules: async () => {
        const { groups } = await ask<{ groups: { rules: LoadedRule[] }[] }>(`${url}/api/v1/rules`);
        return groups.flatMap((group) => group.rules);
      },
      stop: () => server.stop(),
    };
  });
}

async function ask<T>(url: string): Promise<T> {
  const { status, data, error } = (await (await fetch(url)).json()) as { status: string; data: T; error?: string };
  if (status !== 'success') throw new Error(`${url}: ${error}`);
  return data;
}
