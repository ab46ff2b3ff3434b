/** Which version of a definition is the newest at its source: asked seldom, told in a message and a metric, and never acted upon. */
import { concurrencyLimit } from '../definition/concurrency-limit.ts';
import type { DefinitionSource } from '../definition/source.ts';
import { namespaceOf, type Resource, valueAt } from '../resource.ts';

export interface NewestVersions {
  /** This Process (`namespace/name`) is now so, or gone. */
  want(key: string, process: Resource | undefined): void;
  /** Undefined: not known. The last answer stands while the source is silent. */
  of(key: string): number | undefined;
  stop(): void;
}

export interface NewestVersionsOptions {
  readonly source: DefinitionSource;
  readonly intervalMs: number;
  /** What is known for this Process changed. */
  readonly onChange: (key: string) => void;
  readonly onFailure: (message: string) => void;
}

interface Question {
  readonly id: string;
  readonly tenantId: string;
  readonly namespace: string;
}

const atATime = 4;

export function newestVersions({ source, intervalMs, onChange, onFailure }: NewestVersionsOptions): NewestVersions {
  const wanted = new Map<string, string>();
  const answers = new Map<string, number>();
  const limit = concurrencyLimit(atATime);
  const asked = new Set<string>();
  const ask = async (question: string) => {
    const answer = await source.read(JSON.parse(question) as Question);
    if ('reason' in answer) return onFailure(answer.message);
    if (answers.get(question) === answer.version) return;
    answers.set(question, answer.version);
    for (const [key, its] of wanted) if (its === question) onChange(key);
  };
  let isAsking = false;
  const askAll = async () => {
    // A source that is silent must not be asked faster than it fails.
    if (isAsking) return;
    isAsking = true;
    const questions = new Set(wanted.values());
    for (const known of [...answers.keys(), ...asked]) {
      if (questions.has(known)) continue;
      answers.delete(known);
      asked.delete(known);
    }
    await Promise.all([...questions].map((question) => limit(() => ask(question)).catch((error: Error) => onFailure(error.message))));
    isAsking = false;
  };
  const timer = setInterval(() => void askAll(), intervalMs);
  return {
    want: (key, process) => {
      const question = process && questionOf(process);
      if (question === undefined) {
        wanted.delete(key);
        return;
      }
      wanted.set(key, question);
      if (asked.has(question)) return;
      asked.add(question);
      limit(() => ask(question)).catch((error: Error) => onFailure(error.message));
    },
    of: (key) => answers.get(wanted.get(key) ?? ''),
    stop: () => {
      clearInterval(timer);
      source.close();
    },
  };
}

/** A Process that wants one version is not told of newer ones. */
function questionOf(process: Resource): string | undefined {
  const [id, tenantId, version] = ['id', 'tenantId', 'version'].map((key) => valueAt(process, 'spec', 'definitionRef', key));
  if (typeof id !== 'string' || typeof tenantId !== 'string' || version !== undefined) return;
  return JSON.stringify({ id, tenantId, namespace: namespaceOf(process) } satisfies Question);
}
