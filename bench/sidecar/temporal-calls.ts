/** How often Temporal was called, by its own metrics. */
import { get } from 'node:http';

/** Calls since the server's start, by operation: those that workers make are not among them. */
export async function temporalCalls(metricsUrl: string): Promise<Map<string, number>> {
  const calls = new Map<string, number>();
  for (const line of (await read(metricsUrl)).split('\n')) {
    const found = /^service_requests\{(.*)\} (\S+)$/.exec(line);
    if (!found?.[1]?.includes('service_name="frontend"')) continue;
    const operation = /(?:^|,)operation="([^"]*)"/.exec(found[1])?.[1] ?? '';
    if (!workers.test(operation) && !found[1].includes('namespace="temporal_system"')) {
      calls.set(operation, (calls.get(operation) ?? 0) + Number(found[2]));
    }
  }
  return calls;
}

const workers = /^Poll/;

/** What came on top, without what did not change. */
export function callsSince(before: ReadonlyMap<string, number>, now: ReadonlyMap<string, number>): Map<string, number> {
  const more = [...now].map(([operation, count]) => [operation, count - (before.get(operation) ?? 0)] as const);
  return new Map(more.filter(([, count]) => count > 0));
}

export function totalOf(calls: ReadonlyMap<string, number>): number {
  return [...calls.values()].reduce((sum, count) => sum + count, 0);
}

function read(url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    get(url, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolve(text));
    }).on('error', reject);
  });
}
