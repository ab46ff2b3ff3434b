/** A development server and a source that asks it, for one test; both closed after it. */
import { fileURLToPath } from 'node:url';
import { type DevelopmentServer, type DevelopmentServerOptions, startDevelopmentServer } from '../../src/definition/development-server.ts';
import { openSource, type SourceOptions } from '../../src/definition/open-source.ts';
import type { Definition, DefinitionRequest, DefinitionSource } from '../../src/definition/source.ts';
import type { Problem } from '../../src/problem.ts';

/** The compiled tests are in build/test/definition/. */
export const root = fileURLToPath(new URL('../../../', import.meta.url));
export const examples = `${root}examples/definitions`;
export const wanted: DefinitionRequest = { id: 'L2O_v3', tenantId: 't123', version: 2 };

/** Short times, so that the tests are quick; each is also a setting of users. */
export const quick = { deadlineMs: 2_000, backoffMs: 10 };

export interface Pair {
  readonly server: DevelopmentServer;
  readonly source: DefinitionSource;
}

type Test = (pair: Pair) => Promise<void>;

export async function withServer(serving: Partial<DevelopmentServerOptions>, asking: Partial<SourceOptions>, test: Test): Promise<void> {
  const server = await startDevelopmentServer({ dir: examples, ...serving });
  try {
    const source = await opened({ url: server.address, baseDir: root, ...quick, ...asking });
    try {
      await test({ server, source });
    } finally {
      source.close();
    }
  } finally {
    await server.close();
  }
}

export async function opened(options: SourceOptions): Promise<DefinitionSource> {
  const source = await openSource(options);
  if ('reason' in source) throw new Error(`not opened: ${source.message}`);
  return source;
}

export function asProblem(outcome: Definition | Problem | DefinitionSource): Problem {
  if ('reason' in outcome) return outcome;
  throw new Error('expected a problem, found a definition');
}

export function asDefinition(outcome: Definition | Problem): Definition {
  if ('text' in outcome) return outcome;
  throw new Error(`expected a definition, found ${outcome.reason}: ${outcome.message}`);
}
