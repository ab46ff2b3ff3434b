/** `list`: live Processes at a glance, those first that need a look. */

import type { Live } from '../live/objects.ts';
import { readLive } from '../live/read.ts';
import { processesAlone, type Scope, wordsFor } from '../live/scope.ts';
import type { problem } from '../problem.ts';
import { isProcessKind } from '../render/located.ts';
import { columns } from '../show/columns.ts';
import { columnsFor, type ListShape, sorted, summaryOf } from '../show/list-text.ts';
import { type Row, rowOf } from '../show/row.ts';
import { widthOf } from '../text-width.ts';
import { type ClusterAccess, openKube, scopeOf } from './cluster-access.ts';
import { keepWatching } from './keep-watching.ts';
import { type Terminal, toJson } from './terminal.ts';

export interface ListOptions extends ClusterAccess {
  readonly output: 'table' | 'wide' | 'json';
  readonly watch?: boolean;
}

/** 0, however the Processes are; 1 when they cannot be read. */
export async function listVerb(options: ListOptions, terminal: Terminal): Promise<number> {
  const kube = await openKube(options);
  if ('problem' in kube) return refuse([kube.problem], options, terminal);
  try {
    const scope = scopeOf([], options, kube.namespace);
    terminal.progress('reading what is live');
    const live = await readLive(kube, scope, { collections: processesAlone });
    terminal.progress('');
    if ('problem' in live) return refuse([live.problem], options, terminal);
    if (live.unreadable.length > 0)
      return refuse(
        live.unreadable.map((one) => one.problem),
        options,
        terminal,
      );
    const shape: ListShape = { isOfAll: options.allNamespaces === true, isWide: options.output === 'wide', paint: terminal.style };
    if (!options.watch) return show(live, { shape, options, scope }, terminal);
    const lines = (now: Live) => listLines(now, shape, scope);
    const news = options.output === 'json' ? jsonNews() : tableNews(shape);
    return await keepWatching({ kube, scope, collections: processesAlone, first: live, lines, news }, terminal);
  } finally {
    terminal.progress('');
    kube.close();
  }
}

async function refuse(problems: readonly ReturnType<typeof problem>[], { output }: ListOptions, terminal: Terminal): Promise<number> {
  if (output === 'json') await terminal.print(toJson({ processes: [] }, problems));
  await terminal.report(problems);
  return 1;
}

interface Showing {
  readonly shape: ListShape;
  readonly options: ListOptions;
  readonly scope: Scope;
}

async function show(live: Live, { shape, options, scope }: Showing, terminal: Terminal): Promise<number> {
  const rows = rowsOf(live);
  if (options.output === 'json') await terminal.print(toJson({ now: live.now, summary: summaryOf(rows, shape), processes: rows }, []));
  else if (rows.length === 0) await terminal.remark(`there is no Process in ${wordsFor(scope)}`);
  else await terminal.print(listLines(live, shape, scope).join('\n'));
  return 0;
}

function rowsOf({ items }: Live): Row[] {
  return sorted(items.filter(isProcessKind).map(rowOf));
}

function listLines(live: Live, shape: ListShape, scope: Scope): string[] {
  const rows = rowsOf(live);
  if (rows.length === 0) return [`there is no Process in ${wordsFor(scope)}`];
  const shown = columnsFor(rows, shape, live.now);
  const table = columns([shown.map(({ heading }) => heading), ...rows.map((row) => shown.map(({ cell }) => cell(row)))]);
  return [...table, '', summaryOf(rows, shape)];
}

const keyOf = ({ namespace, name }: Row) => `${namespace}/${name}`;

/** A line for each row that changed, but for its age; headings when the columns change. */
function tableNews(shape: ListShape): (live: Live) => string[] {
  const told = new Map<string, string>();
  let headings = '';
  let widths: number[] = [];
  return (live) => {
    const rows = rowsOf(live);
    const shown = columnsFor(rows, shape, live.now);
    const cells = rows.map((row) => shown.map(({ cell }) => cell(row)));
    const lines: string[] = [];
    const line = (row: readonly string[]) =>
      row
        .map((one, at) => one + ' '.repeat(Math.max(widths[at]! - widthOf(one), 0)))
        .join('   ')
        .trimEnd();
    const titles = shown.map(({ heading }) => heading);
    widths = titles.map((title, at) =>
      Math.max(widthOf(title), titles.join() === headings ? widths[at]! : 0, ...cells.map((row) => widthOf(row[at]!))),
    );
    if (rows.length > 0 && titles.join() !== headings) {
      headings = titles.join();
      lines.push(line(titles));
    }
    rows.forEach((row, at) => {
      const sign = JSON.stringify(row);
      if (told.get(keyOf(row)) !== sign) lines.push(line(cells[at]!));
      told.set(keyOf(row), sign);
    });
    for (const key of goneFrom(told, rows))
      lines.push(`${shape.isOfAll ? key.replace('/', '   ') : key.slice(key.indexOf('/') + 1)}   is gone`);
    return lines;
  };
}

/** A JSON value on a line for each row that changed. */
function jsonNews(): (live: Live) => string[] {
  const told = new Map<string, string>();
  return (live) => {
    const rows = rowsOf(live);
    const changed = rows.filter((row) => told.get(keyOf(row)) !== JSON.stringify(row));
    for (const row of changed) told.set(keyOf(row), JSON.stringify(row));
    const gone = goneFrom(told, rows).map((key) => {
      const [namespace, name] = key.split('/');
      return JSON.stringify({ now: live.now, gone: { namespace, name } });
    });
    return [...changed.map((process) => JSON.stringify({ now: live.now, process })), ...gone];
  };
}

/** Keys that were told of and are no more; they are forgotten. */
function goneFrom(told: Map<string, string>, rows: readonly Row[]): string[] {
  const there = new Set(rows.map(keyOf));
  const gone = [...told.keys()].filter((key) => !there.has(key));
  for (const key of gone) told.delete(key);
  return gone;
}
