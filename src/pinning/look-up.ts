/** Definitions for many Processes at once: one source for each configuration, each question asked once. */
import { type LookUp, lookUp } from '../definition/look-up.ts';
import type { DefinitionRequest, DefinitionSource } from '../definition/source.ts';
import type { ConfigRead } from '../package/read-fn-config.ts';
import type { Problem } from '../problem.ts';
import type { Process } from '../process.ts';
import { requestOf } from '../render/resolve.ts';
import { openSourceFor } from './open-source.ts';
import type { Asked, Target } from './target.ts';

export type Lookup = Pick<LookUp, 'read'>;

export interface Lookups {
  lookupFor(target: Target): Lookup | undefined;
  close(): void;
}

/**
 * Opens `given`, or what the configurations name; `onAnswer` hears how many questions of those begun are answered. Where there are
 * several configurations, a finding names a Process's file for which one fails.
 */
export async function openLookups(
  configs: ReadonlyMap<string, ConfigRead>,
  given: string | undefined,
  at: { cwd: string; env: Readonly<Record<string, string | undefined>> },
  onAnswer: (answered: number, begun: number) => void,
): Promise<Lookups | { problems: Problem[] }> {
  const counts = new Map<ConfigRead, readonly [answered: number, begun: number]>();
  const sum = (which: 0 | 1) => [...counts.values()].reduce((total, count) => total + count[which], 0);
  const sources: DefinitionSource[] = [];
  const lookups = new Map<ConfigRead, Lookup>();
  const problems = new Map<string, Problem>();
  const firstPaths = new Map([...configs].reverse().map(([path, config]) => [config, path]));
  for (const [config, path] of firstPaths) {
    const source = await openSourceFor(given, config, at);
    if ('reason' in source) {
      problems.set(source.message, firstPaths.size > 1 ? { ...source, file: { path } } : source);
      continue;
    }
    sources.push(source);
    const count = (answered: number, begun: number) => {
      counts.set(config, [answered, begun]);
      onAnswer(sum(0), sum(1));
    };
    lookups.set(
      config,
      lookUp(async () => source, { concurrency: config.config.concurrency, onAnswer: count }),
    );
  }
  const close = () => {
    for (const source of sources) source.close();
  };
  if (problems.size === 0) return { lookupFor: ({ path }) => lookups.get(configs.get(path)!), close };
  close();
  return { problems: [...problems.values()] };
}

/** What a Process asks for when `version` was wanted for it. */
export function requestFor(process: Process, { track, version }: Asked): DefinitionRequest {
  const { version: stable, ...request } = requestOf(process);
  const own = track === 'stable' ? stable : process.spec.rollout?.canary?.version;
  const wanted = version === 'latest' ? undefined : (version ?? own);
  return { ...request, ...(wanted !== undefined && { version: wanted }) };
}
