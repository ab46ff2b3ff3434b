/** The KRM function: a ResourceList's bytes in; out come bytes for stdout, findings for stderr, an exit status. */
import { isUtf8 } from 'node:buffer';
import type { DefinitionSource } from './definition/source.ts';
import { type FnConfig, parseFnConfig } from './fn-config.ts';
import { hasErrors, type Problem, problem } from './problem.ts';
import { placeOf } from './render/located.ts';
import { notEditable } from './render/not-editable.ts';
import { render } from './render/render.ts';
import { type ResourceList, readResourceList, writeResourceList } from './resource-list.ts';
import { NotEditableError } from './yaml/edit.ts';

/** Opens the source of definitions that a configuration names. `packageDir`: what its files are relative to, where the list says so. */
export type OpenSource = (config: FnConfig, packageDir: string | undefined) => Promise<DefinitionSource | Problem>;

export interface FunctionResult {
  /** The ResourceList for stdout; undefined when the input could not be read, so that nothing can be said about its items. */
  readonly output: string | undefined;
  readonly findings: readonly Problem[];
  readonly exitCode: 0 | 1;
}

/** Runs the function. `frozen`: nothing may be looked up. Errors leave the items exactly as they came. */
export async function runFunction(input: Uint8Array, frozen: boolean, openSource: OpenSource): Promise<FunctionResult> {
  if (!isUtf8(input)) return unreadable([problem('YamlInvalid', 'the input is not UTF-8')]);
  const source = Buffer.from(input.buffer, input.byteOffset, input.byteLength).toString('utf8');
  const read = readResourceList(source);
  if ('problems' in read) {
    return read.list ? refused(read.list, read.problems) : unreadable(await explain(source, read.problems));
  }
  const { list } = read;

  const parsed = parseFnConfig(list.functionConfig, frozen);
  if ('problems' in parsed) return refused(list, parsed.problems);
  try {
    const { changes, findings } = await render(list.items, parsed.config, () => openSource(parsed.config, packageDirOf(list)));
    if (hasErrors(findings)) return refused(list, findings);
    return { output: writeResourceList(list, changes, findings), findings, exitCode: 0 };
  } catch (error) {
    if (error instanceof NotEditableError) return refused(list, [notEditable(error, list.items)]);
    throw error;
  }
}

function unreadable(findings: readonly Problem[]): FunctionResult {
  return { output: undefined, findings, exitCode: 1 };
}

function refused(list: ResourceList, findings: readonly Problem[]): FunctionResult {
  return { output: withResults(list, findings), findings, exitCode: 1 };
}

/** The items as they came, and the findings; without these where earlier results cannot be replaced. */
function withResults(list: ResourceList, findings: readonly Problem[]): string {
  try {
    return writeResourceList(list, [], findings);
  } catch (error) {
    if (error instanceof NotEditableError) return list.layout.parsed.source;
    throw error;
  }
}

/** kpt runs a function in its own working directory, but says in each item which package it is of; sub-packages are inside the root. */
function packageDirOf({ functionConfig, items }: ResourceList): string | undefined {
  const own = functionConfig && placeOf(functionConfig)?.packagePath;
  if (own) return own;
  const dirs = items.flatMap((item) => placeOf(item)?.packagePath || []);
  return dirs.reduce<string | undefined>((root, dir) => (root !== undefined && root.length <= dir.length ? root : dir), undefined);
}

/** Broken YAML once more through `yaml`, which is slower but finds every error, not just the first. */
async function explain(source: string, problems: Problem[]): Promise<Problem[]> {
  if (!problems.some(({ reason }) => reason === 'YamlInvalid')) return problems;
  const { allErrors } = await import('./yaml/all-errors.ts');
  const errors = allErrors(source);
  return errors.length === 0 ? problems : errors.slice(0, 20).map((message) => problem('YamlInvalid', message));
}
