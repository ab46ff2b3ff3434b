/** Definitions for many Processes at once, each question asked once. */
import { concurrencyLimit } from '../definition/concurrency-limit.ts';
import type { Definition, DefinitionRequest, DefinitionSource } from '../definition/source.ts';
import type { Problem } from '../problem.ts';
import type { Process } from '../process.ts';
import { requestOf } from '../render/resolve.ts';
import type { WantedVersion } from './target.ts';

export interface Lookup {
  read(request: DefinitionRequest): Promise<Definition | Problem>;
}

/** Asks `source`, at most `concurrency` questions at a time; `onAnswer` hears how many of those begun are answered. */
export function openLookup(source: DefinitionSource, concurrency: number, onAnswer: (answered: number, begun: number) => void): Lookup {
  const limit = concurrencyLimit(concurrency);
  const begun = new Map<string, Promise<Definition | Problem>>();
  let answered = 0;
  return {
    read(request) {
      const key = JSON.stringify([request.id, request.tenantId, request.version ?? null, request.namespace ?? null]);
      const known = begun.get(key);
      if (known) return known;
      const asking = limit(() => source.read(request)).then((answer) => {
        onAnswer(++answered, begun.size);
        return answer;
      });
      begun.set(key, asking);
      return asking;
    },
  };
}

/** What a Process asks for when `version` was wanted for it. */
export function requestFor(process: Process, version: WantedVersion): DefinitionRequest {
  const { version: own, ...request } = requestOf(process);
  const wanted = version === 'latest' ? undefined : (version ?? own);
  return { ...request, ...(wanted !== undefined && { version: wanted }) };
}
