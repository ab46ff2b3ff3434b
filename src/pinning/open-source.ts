/** The source that `pin` and `outdated` ask: the one on the command line, else the configuration's. */
import { resolve } from 'node:path';
import { openConfiguredSource } from '../definition/open-configured-source.ts';
import { refuseFolder } from '../definition/open-source.ts';
import type { DefinitionSource } from '../definition/source.ts';
import type { FnConfig } from '../fn-config.ts';
import { type Problem, problem } from '../problem.ts';

/** `given` is relative to `cwd`; files that the configuration names, to `baseDir`. */
export async function openSourceFor(
  given: string | undefined,
  { config, baseDir }: { config: FnConfig; baseDir: string },
  { cwd, env }: { cwd: string; env: Readonly<Record<string, string | undefined>> },
): Promise<DefinitionSource | Problem> {
  if (given === undefined && config.source === undefined) {
    const message =
      'no source of definitions is known; give --source grpc://HOST:PORT (or a folder), or set spec.source in the ProcessRender of the folder';
    return problem('SourceInvalid', message);
  }
  if (given === undefined || given === '' || /^[a-z][a-z0-9+.-]*:\/\//i.test(given)) {
    return openConfiguredSource({ ...config, source: given ?? config.source }, baseDir, env);
  }
  const source = resolve(cwd, given);
  return refuseFolder(given, source) ?? openConfiguredSource({ ...config, source }, baseDir, env);
}
