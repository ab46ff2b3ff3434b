/** The source that a function configuration names, with the token it points to. Loaded code: only what the source needs. */
import { resolve } from 'node:path';
import type { FnConfig } from '../fn-config.ts';
import { type Problem, problem } from '../problem.ts';
import type { DefinitionSource } from './source.ts';

/** Opens `config.source`; files are relative to `baseDir`. */
export async function openConfiguredSource(
  config: FnConfig,
  baseDir: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<DefinitionSource | Problem> {
  if (config.source === undefined)
    return problem('FnConfigInvalid', 'no source of definitions is configured', { field: { path: 'spec.source' } });
  const { openSource } = await import('./open-source.ts');
  const { tokenReader } = await import('./token.ts');
  const { env: variable, file, allowInsecure } = config.token;
  const place = { ...(variable !== undefined && { env: variable }), ...(file !== undefined && { file: resolve(baseDir, file) }) };
  const readToken = tokenReader(place, env);
  return openSource({
    url: config.source,
    baseDir,
    deadlineMs: config.timeoutMs,
    attempts: config.attempts,
    tls: config.tls,
    ...(config.servicePath !== undefined && { servicePath: config.servicePath }),
    ...(readToken && { readToken }),
    ...(allowInsecure !== undefined && { allowInsecureToken: allowInsecure }),
  });
}
