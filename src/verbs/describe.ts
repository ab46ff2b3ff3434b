/** `describe`: everything that a person on call wants to know of one Process, and what to do next. */
import { closest } from '../definition/closest.ts';
import type { Kube } from '../kube/connect.ts';
import type { Live } from '../live/objects.ts';
import { readLive } from '../live/read.ts';
import { collectionsAbout, processesAlone, type Scope, wordsFor } from '../live/scope.ts';
import { processApiVersion, processKind } from '../names.ts';
import { type Problem, problem } from '../problem.ts';
import { isProcessKind } from '../render/located.ts';
import { nameOf, type Resource } from '../resource.ts';
import { type ConditionView, type Picture, pictureOf } from '../show/picture.ts';
import { pictureLines } from '../show/picture-text.ts';
import { sourceOf } from '../show/source.ts';
import { listed } from '../sidecar/words.ts';
import type { QueueLook } from '../temporal/look-at-queue.ts';
import { type ClusterAccess, openKube, scopeOf } from './cluster-access.ts';
import { keepWatching } from './keep-watching.ts';
import { type Terminal, toJson } from './terminal.ts';

export interface DescribeOptions extends Omit<ClusterAccess, 'allNamespaces'> {
  readonly output: 'table' | 'json';
  readonly watch?: boolean;
  /** HOST:PORT; default: where the workers find it. */
  readonly temporalAddress?: string;
  /** False: Temporal is not asked. */
  readonly temporal: boolean;
}

/** 0, however the Process is; 1 when it is not there, or cannot be read. */
export async function describeVerb(given: string, options: DescribeOptions, terminal: Terminal): Promise<number> {
  const kube = await openKube(options);
  if ('problem' in kube) return refuse([kube.problem], options, terminal);
  try {
    const scope = scopeOf([given], options, kube.namespace);
    return await describe({ kube, scope, options, name: scope.asked[0]!.name }, terminal);
  } finally {
    terminal.progress('');
    kube.close();
  }
}

interface Described {
  readonly kube: Kube;
  readonly scope: Scope;
  readonly name: string;
  readonly options: DescribeOptions;
}

async function describe(described: Described, terminal: Terminal): Promise<number> {
  const { kube, scope, name, options } = described;
  const collections = collectionsAbout(scope.asked[0]!);
  terminal.progress('reading what is live');
  const live = await readLive(kube, scope, { collections });
  terminal.progress('');
  if ('problem' in live) return refuse([live.problem], options, terminal);
  const refused = live.unreadable.filter(({ resource }) => resource === 'processes').map((one) => one.problem);
  if (refused.length > 0) return refuse(refused, options, terminal);
  if (!findIn(live, name)) return refuse([await notFound(described)], options, terminal);
  if (options.watch) return watch(described, live, terminal);
  terminal.progress('asking Temporal');
  const picture = pictureOf(sourceOf(live, name, await look(described, live))!);
  terminal.progress('');
  if (options.output === 'json') await terminal.print(toJson(picture, []));
  else await terminal.print(pictureLines(picture, { width: terminal.width(), paint: terminal.style }).join('\n'));
  return 0;
}

async function refuse(problems: readonly Problem[], { output }: DescribeOptions, terminal: Terminal): Promise<number> {
  if (output === 'json') await terminal.print(toJson({}, problems));
  await terminal.report(problems);
  return 1;
}

function findIn({ items }: Live, name: string): Resource | undefined {
  return items.find((item) => isProcessKind(item) && nameOf(item) === name);
}

/** With the names that are like it, where they may be read. */
async function notFound({ kube, scope, name }: Described): Promise<Problem> {
  const all = await readLive(kube, { ...scope, asked: [] }, { collections: processesAlone });
  const known = 'problem' in all ? [] : closest(name, all.items.map(nameOf));
  const there = known.length > 0 ? `; there is ${listed(known, 5)}` : '';
  const resource = { apiVersion: processApiVersion, kind: processKind, name };
  return problem('ProcessNotFound', `does not exist in ${wordsFor(scope)}${there}: apply it, or name its namespace with -n`, { resource });
}

/** Loaded when it is needed: a client of Temporal is large. */
async function look({ kube, options }: Described, live: Live): Promise<QueueLook | string> {
  if (!options.temporal) return 'not asked, as --no-temporal says';
  const { lookFor } = await import('./look-for-process.ts');
  return lookFor({ kube, live, ...(options.temporalAddress !== undefined && { address: options.temporalAddress }) });
}

/** So often Temporal is asked while somebody looks at the screen: it tells nothing by itself. */
const askEveryMs = 5_000;

function watch(described: Described, first: Live, terminal: Terminal): Promise<number> {
  const { kube, scope, name, options } = described;
  let last: QueueLook | string = 'not asked yet';
  const lines = (live: Live, width: number) => {
    const source = sourceOf(live, name, last);
    const picture = source && pictureOf(source);
    return picture ? pictureLines(picture, { width, paint: terminal.style }) : [`Process ${name} is gone`];
  };
  const accompany = (redraw: () => void, live: () => Live) => {
    let timer: NodeJS.Timeout | undefined;
    let isOver = false;
    const ask = async () => {
      if (findIn(live(), name)) last = await look(described, live());
      if (isOver) return;
      redraw();
      timer = setTimeout(ask, askEveryMs);
    };
    void ask();
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  };
  const news = conditionNews(name, options);
  return keepWatching({ kube, scope, collections: collectionsAbout(scope.asked[0]!), first, lines, news, accompany }, terminal);
}

/** A line for each condition that changed its status, reason or message, or is no more. */
function conditionNews(name: string, { output }: DescribeOptions): (live: Live) => string[] {
  const told = new Map<string, string>();
  let wasThere = true;
  return (live) => {
    const source = sourceOf(live, name, 'not asked');
    const picture = source && pictureOf(source);
    const now = live.now.replace(/\.\d+/, '');
    const say = (value: object, words: string) => (output === 'json' ? JSON.stringify({ now: live.now, ...value }) : `${now} ${words}`);
    const { conditions = [], ...lines } = picture ? tellNews(picture, told, say) : { lines: [] };
    const gone = [...told.keys()].filter((type) => !conditions.some((one) => one.type === type));
    for (const type of gone) told.delete(type);
    const isGone = !picture && wasThere;
    wasThere = picture !== undefined;
    return [
      ...lines.lines,
      ...(picture ? gone.map((type) => say({ gone: type }, `${type} is no more`)) : []),
      ...(isGone ? [say({ gone: name }, `Process ${name} is gone`)] : []),
    ];
  };
}

interface News {
  readonly conditions?: readonly ConditionView[];
  readonly lines: string[];
}

function tellNews({ conditions }: Picture, told: Map<string, string>, say: (value: object, words: string) => string): News {
  const changed = conditions.filter((one) => told.get(one.type) !== signOf(one));
  for (const one of changed) told.set(one.type, signOf(one));
  return {
    conditions,
    lines: changed.map((condition) => {
      const { type, status, reason, message } = condition;
      return say({ condition }, `${type}=${status} ${reason}${message ? `: ${message}` : ''}`);
    }),
  };
}

function signOf({ status, reason, message }: ConditionView): string {
  return JSON.stringify([status, reason, message]);
}
