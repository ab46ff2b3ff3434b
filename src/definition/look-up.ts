/** Definitions for many Processes at once: each question asked once, and the source opened with the first of them. */
import type { Problem } from '../problem.ts';
import { concurrencyLimit } from './concurrency-limit.ts';
import type { Definition, DefinitionRequest, DefinitionSource } from './source.ts';

/** Opens a source of definitions, or says why it cannot. */
export type OpenDefinitions = () => Promise<DefinitionSource | Problem>;

export interface LookUp {
  read(request: DefinitionRequest): Promise<Definition | Problem>;
  /** Why the source could not be opened, if that was tried and failed. */
  failure(): Problem | undefined;
  close(): void;
}

export interface LookUpOptions {
  /** Questions under way at a time. */
  readonly concurrency: number;
  /** Hears after each answer how many there are, of how many questions so far. */
  readonly onAnswer?: (answered: number, begun: number) => void;
}

export function lookUp(open: OpenDefinitions, { concurrency, onAnswer }: LookUpOptions): LookUp {
  const limit = concurrencyLimit(concurrency);
  const begun = new Map<string, Promise<Definition | Problem>>();
  let opening: ReturnType<OpenDefinitions> | undefined;
  let opened: DefinitionSource | Problem | undefined;
  let answered = 0;

  const ask = async (request: DefinitionRequest): Promise<Definition | Problem> => {
    opening ??= open();
    opened = await opening;
    const answer = 'reason' in opened ? opened : await opened.read(request);
    onAnswer?.(++answered, begun.size);
    return answer;
  };
  return {
    read(request) {
      const key = JSON.stringify([request.id, request.tenantId, request.version ?? null, request.namespace ?? null]);
      const asking = begun.get(key) ?? limit(() => ask(request));
      begun.set(key, asking);
      return asking;
    },
    failure: () => (opened && 'reason' in opened ? opened : undefined),
    close: () => {
      if (opened && 'close' in opened) opened.close();
    },
  };
}
