/** The first arrow's middle: items → parse → validate → resolve → plan → emit → changes of the items. */
import { lookUp, type OpenDefinitions } from '../definition/look-up.ts';
import type { FnConfig } from '../fn-config.ts';
import { hasErrors, type Problem } from '../problem.ts';
import { parseProcess } from '../process.ts';
import { type Resource, referTo } from '../resource.ts';
import type { Change } from '../resource-list.ts';
import { definitionStore } from './definition-store.ts';
import { emit } from './emit.ts';
import { fileOf, isProcessKind, type Located, placeOf, refusePaths } from './located.ts';
import { type Plan, plan } from './plan.ts';
import { pinMove, type Resolved, resolve } from './resolve.ts';
import { refuseDuplicates, validate } from './validate.ts';

/** What a render does to the items, and what it found. Any error: no changes. */
export interface Rendered {
  readonly changes: readonly Change[];
  readonly findings: readonly Problem[];
  readonly plans: readonly Plan[];
}

/**
 * Renders every Process among the items. `open` gives the source of definitions; it is called when the first one has to be looked up, and
 * what it gives is closed. Without it nothing is looked up. Reports everything that is wrong; an error leaves the items as they came.
 */
export async function render(items: readonly Resource[], config: FnConfig, open?: OpenDefinitions): Promise<Rendered> {
  const { located, problems } = parse(items);
  const findings = [
    ...problems,
    ...refusePaths(items),
    ...refuseDuplicates(located, items),
    ...located.flatMap((here) => at(items, here, validate(here.process, config))),
  ];
  const { resolved, problems: unresolved } = await resolveAll(items, located, config, open);
  const plans = resolved.map((process) => plan(process, config));
  const emitted = emit(items, plans);
  findings.push(...unresolved, ...emitted.problems);
  if (hasErrors(findings)) return { changes: [], findings, plans: [] };
  return { changes: emitted.changes, findings: [...findings, ...pinNotes(items, resolved, config)], plans };
}

function parse(items: readonly Resource[]): { located: Located[]; problems: Problem[] } {
  const located: Located[] = [];
  const problems: Problem[] = [];
  for (const [index, item] of items.entries()) {
    if (!isProcessKind(item)) continue;
    const parsed = parseProcess(item, fileOf(item));
    if ('problems' in parsed) problems.push(...parsed.problems);
    else located.push({ index, process: parsed.process, place: placeOf(item) });
  }
  return { located, problems };
}

async function resolveAll(
  items: readonly Resource[],
  located: readonly Located[],
  config: FnConfig,
  open: OpenDefinitions | undefined,
): Promise<{ resolved: Resolved[]; problems: Problem[] }> {
  const store = definitionStore(items);
  const definitions = open && config.resolve !== 'Never' ? lookUp(open, config) : undefined;
  try {
    const results = await Promise.all(located.map((here) => resolve(here, store, config, definitions)));
    const failure = definitions?.failure();
    const resolved = results.filter((result): result is Resolved => !Array.isArray(result));
    const problems = results.flatMap((result, index) =>
      Array.isArray(result)
        ? at(
            items,
            located[index]!,
            result.filter((found) => found !== failure),
          )
        : [],
    );
    return { resolved, problems: failure ? [failure, ...problems] : problems };
  } finally {
    definitions?.close();
  }
}

/** Findings about one Process, with who and where it is. */
function at(items: readonly Resource[], here: Located, problems: readonly Problem[]): Problem[] {
  const item = items[here.index]!;
  return problems.map((found) => ({ resource: referTo(item), ...fileOf(item), ...found }));
}

/** What was pinned, as findings of severity info; and a warning where a look-up made the result depend on more than the commit. */
function pinNotes(items: readonly Resource[], resolved: readonly Resolved[], config: FnConfig): Problem[] {
  return resolved.flatMap((here) => {
    const notes: Problem[] = [];
    const move = pinMove(here);
    if (move) notes.push({ reason: 'DefinitionPinned', severity: 'info', message: `pinned ${move}` });
    if (config.resolve === 'Always' && !here.place) {
      const message = 'looked up during the build (resolve: Always): the result is not a function of the commit';
      notes.push({ reason: 'NotReproducible', severity: 'warning', message });
    }
    return at(items, here, notes);
  });
}
