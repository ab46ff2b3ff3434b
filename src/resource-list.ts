/**
 * Text ⇄ ResourceList. What is not changed keeps its exact source text: writing is splicing. `kpt-functions`' own reader and writer
 * re-emit everything and lose items, octals and big integers on the way, so they are not used for this.
 */
import { COLLECTION_STYLE, EVENT_ID, type Event, getScalarValue } from 'js-yaml';
import { type Problem, problem, toResult } from './problem.ts';
import { fileOf } from './render/located.ts';
import { isObject, type Resource, referTo } from './resource.ts';
import {
  applySplices,
  type Edit,
  NotEditableError,
  planAppend,
  planEdit,
  planItemRemoval,
  planReplacement,
  type Splice,
} from './yaml/edit.ts';
import { closingBracket, type MappingNode, nodeAt, type Parsed, type SequenceNode, skipNode, type YamlNode } from './yaml/nodes.ts';
import { parseYaml, readValue } from './yaml/read.ts';

export interface ResourceList {
  readonly items: readonly Resource[];
  readonly functionConfig?: Resource;
  /** Where things are in the text that was read; what writing splices into. */
  readonly layout: Layout;
}

interface Layout {
  readonly parsed: Parsed;
  /** Event index of each value of the root mapping, by key. */
  readonly rootKeys: ReadonlyMap<string, number>;
  /** Event index of each of `items`. */
  readonly itemEvents: readonly number[];
  /** Event index of the last item in the text, also when it could not be read. */
  readonly lastItem: number | undefined;
}

/** What a render does to the list: items by their index in it. */
export type Change =
  | { readonly kind: 'edit'; readonly index: number; readonly edits: readonly Edit[] }
  | { readonly kind: 'replace'; readonly index: number; readonly resource: Resource }
  | { readonly kind: 'remove'; readonly index: number }
  | { readonly kind: 'add'; readonly resource: Resource };

const listKind = 'ResourceList';
const listApiVersions = ['config.kubernetes.io/v1', 'config.kubernetes.io/v1beta1', 'config.kubernetes.io/v1alpha1'];

/** What is wrong with the text; and the list all the same when that is about items, so that they can be passed on. */
interface Unreadable {
  readonly problems: Problem[];
  readonly list?: ResourceList;
}

/** Reads a ResourceList, or says everything that is wrong with the text. */
export function readResourceList(source: string): { list: ResourceList } | Unreadable {
  const parsed = parseYaml(source);
  if ('reason' in parsed) return { problems: [parsed] };
  const { events } = parsed;
  const rootKeys = rootKeysOf(parsed);
  const refusal = refuseList(parsed, rootKeys);
  if (refusal) return { problems: [problem('NotAResourceList', refusal)] };

  const itemsEvent = rootKeys.get('items');
  const itemEvents = itemsEvent === undefined ? [] : childEvents(events, itemsEvent);
  const { items, events: readEvents, problems } = readItems(parsed, itemEvents);
  problems.unshift(...duplicateKeys(parsed));
  const configEvent = rootKeys.get('functionConfig');
  const functionConfig = configEvent === undefined ? undefined : readValue(parsed, configEvent);
  if (functionConfig && 'problem' in functionConfig) problems.push(functionConfig.problem);
  else if (functionConfig && functionConfig.value !== null && !isObject(functionConfig.value)) {
    problems.push(problem('FnConfigInvalid', '`functionConfig` is no object'));
  }
  const config =
    functionConfig && 'value' in functionConfig && isObject(functionConfig.value) ? { functionConfig: functionConfig.value } : {};
  const list = { items, layout: { parsed, rootKeys, itemEvents: readEvents, lastItem: itemEvents.at(-1) }, ...config };
  return problems.length > 0 ? { problems, list } : { list };
}

function rootKeysOf({ source, events }: Parsed): Map<string, number> {
  const keys = new Map<string, number>();
  if (events[1]?.type !== EVENT_ID.MAPPING) return keys;
  for (let at = 2; events[at]!.type !== EVENT_ID.POP; ) {
    const key = events[at]!;
    const value = skipNode(events, at);
    if (key.type === EVENT_ID.SCALAR && key.valueStart >= 0) keys.set(getScalarValue(source, key), value);
    at = skipNode(events, value);
  }
  return keys;
}

/** Keys of the root mapping that are there twice: which of the two counts nobody can tell. */
function duplicateKeys({ source, events }: Parsed): Problem[] {
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (let at = 2; events[at]!.type !== EVENT_ID.POP; at = skipNode(events, skipNode(events, at))) {
    const key = events[at]!;
    const name = key.type === EVENT_ID.SCALAR && key.valueStart >= 0 ? getScalarValue(source, key) : '';
    (seen.has(name) ? twice : seen).add(name);
  }
  return [...twice].map((name) => problem('YamlDuplicateKey', `the list has the key \`${name}\` twice`));
}

/** Why the text is no ResourceList, if it is not. */
function refuseList(parsed: Parsed, rootKeys: ReadonlyMap<string, number>): string | undefined {
  const documents = parsed.events.filter(({ type }) => type === EVENT_ID.DOCUMENT).length;
  const scalarOf = (key: string) => {
    const at = rootKeys.get(key);
    const event = at === undefined ? undefined : parsed.events[at];
    return event?.type === EVENT_ID.SCALAR && event.valueStart >= 0 ? getScalarValue(parsed.source, event) : undefined;
  };
  const found = { apiVersion: scalarOf('apiVersion'), kind: scalarOf('kind') };
  if (documents === 0)
    return 'the input is empty; pipe a ResourceList (apiVersion config.kubernetes.io/v1) or name a folder: `ameide-process render DIR`';
  if (documents > 1)
    return `the input holds ${documents} YAML documents; a ResourceList is one. For plain manifests use \`ameide-process render FILE\``;
  if (found.kind !== listKind || !listApiVersions.includes(found.apiVersion ?? '')) {
    return `found apiVersion ${found.apiVersion ?? 'none'}, kind ${found.kind ?? 'none'}; wanted config.kubernetes.io/v1 ResourceList. For plain manifests use \`ameide-process render FILE\``;
  }
  const itemsAt = rootKeys.get('items');
  const items = itemsAt === undefined ? undefined : parsed.events[itemsAt];
  if (items && items.type !== EVENT_ID.SEQUENCE && !(items.type === EVENT_ID.SCALAR && items.valueStart < 0)) return '`items` is no list';
  return;
}

function childEvents(events: readonly Event[], sequence: number): number[] {
  const children: number[] = [];
  if (events[sequence]!.type !== EVENT_ID.SEQUENCE) return children;
  for (let at = sequence + 1; events[at]!.type !== EVENT_ID.POP; at = skipNode(events, at)) children.push(at);
  return children;
}

function readItems(parsed: Parsed, itemEvents: readonly number[]): { items: Resource[]; events: number[]; problems: Problem[] } {
  const items: Resource[] = [];
  const events: number[] = [];
  const problems: Problem[] = [];
  for (const [index, event] of itemEvents.entries()) {
    const read = readValue(parsed, event);
    if ('problem' in read) {
      const whose = isObject(read.read) ? { resource: referTo(read.read), ...fileOf(read.read) } : {};
      problems.push({ ...read.problem, ...whose, message: `items[${index}]: ${read.problem.message}` });
    } else if (!isObject(read.value)) problems.push(problem('NotAResourceList', `items[${index}] is no object`));
    else {
      items.push(read.value);
      events.push(event);
    }
  }
  return { items, events, problems };
}

/** The list's text with the changes made and the findings in `results`. Throws NotEditableError, before anything is written. */
export function writeResourceList(list: ResourceList, changes: readonly Change[], findings: readonly Problem[]): string {
  const { parsed, rootKeys, itemEvents, lastItem } = list.layout;
  const { source } = parsed;
  const splices: Splice[] = [];
  const itemNode = (index: number): YamlNode => nodeAt(parsed, itemEvents[index]!, 0);
  const itemsEvent = rootKeys.get('items');
  const items = itemsEvent === undefined ? undefined : outline(parsed, itemsEvent, lastItem);

  for (const change of changes) {
    if (change.kind === 'edit') {
      splices.push(...planEdits(source, itemNode(change.index), change));
    } else if (change.kind === 'replace') {
      splices.push(planReplacement(source, itemNode(change.index), items?.flow === true, change.resource));
    }
  }
  const removed = changes.flatMap((change) => (change.kind === 'remove' ? [change.index] : []));
  const added = changes.flatMap((change) => (change.kind === 'add' ? [change.resource] : []));
  splices.push(...itemsSplices({ parsed, itemEvents, items, removed, added, root: () => rootOutline(parsed, rootKeys, items) }));
  if (findings.length > 0 || rootKeys.has('results')) {
    splices.push(...planEdit(source, rootOutline(parsed, rootKeys, items), { set: ['results'], to: findings.map(toResult) }));
  }
  return applySplices(source, splices);
}

function planEdits(source: string, node: YamlNode, { edits, index }: Extract<Change, { kind: 'edit' }>): Splice[] {
  try {
    return edits.flatMap((edit) => planEdit(source, node, edit));
  } catch (error) {
    if (error instanceof NotEditableError) error.item = index;
    throw error;
  }
}

function itemsSplices(at: {
  parsed: Parsed;
  itemEvents: readonly number[];
  items: SequenceNode | undefined;
  removed: readonly number[];
  added: readonly Resource[];
  root: () => MappingNode;
}): Splice[] {
  const { parsed, itemEvents, items, removed, added } = at;
  const remaining = itemEvents.length - removed.length;
  if (!items || itemEvents.length === 0 || remaining === 0) {
    if (added.length === 0 && removed.length === 0) return [];
    return planEdit(parsed.source, at.root(), { set: ['items'], to: added });
  }
  const all: SequenceNode = removed.length === 0 ? items : { ...items, items: itemEvents.map((event) => nodeAt(parsed, event, 0)) };
  return [...removed.flatMap((index) => planItemRemoval(parsed.source, all, index)), ...planAppend(parsed.source, items, added)];
}

/** The sequence of items with only the last of them as a node: enough to append. */
function outline(parsed: Parsed, event: number, last: number | undefined): SequenceNode | undefined {
  const sequence = parsed.events[event]!;
  if (sequence.type !== EVENT_ID.SEQUENCE) return;
  // Where an empty item ends depends on those before it.
  const lastEvent = last === undefined ? undefined : parsed.events[last];
  if (lastEvent?.type === EVENT_ID.SCALAR && lastEvent.valueStart < 0) return nodeAt(parsed, event, 0) as SequenceNode;
  const items = last === undefined ? [] : [nodeAt(parsed, last, 0)];
  const flow = sequence.style === COLLECTION_STYLE.FLOW;
  const lastEnd = items[0]?.end ?? sequence.start + 1;
  const end = flow ? closingBracket(parsed.source, lastEnd, ']') : lastEnd;
  return { kind: 'sequence', start: sequence.start, outerStart: sequence.start, anchored: sequence.anchorStart >= 0, flow, items, end };
}

function rootOutline(parsed: Parsed, rootKeys: ReadonlyMap<string, number>, items: SequenceNode | undefined): MappingNode {
  const event = parsed.events[1]!;
  if (event.type !== EVENT_ID.MAPPING) throw new NotEditableError([], 'is no mapping');
  const entries = [...rootKeys].map(([key, at]) => {
    const keyNode = nodeAt(parsed, at - 1, 0);
    const isItems = key === 'items' && items !== undefined && items.items.length > 0;
    return { key, keyNode, value: isItems ? items : nodeAt(parsed, at, keyNode.end + 1) };
  });
  const end = entries.at(-1)?.value.end ?? event.start + 1;
  return {
    kind: 'mapping',
    start: event.start,
    outerStart: event.start,
    anchored: false,
    flow: event.style === COLLECTION_STYLE.FLOW,
    entries,
    end,
  };
}
