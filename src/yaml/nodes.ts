/** YAML text as nodes that know their place in it, so that an edit touches nothing else. Built on js-yaml's event stream. */
import { COLLECTION_STYLE, constructFromEvents, EVENT_ID, type Event, getScalarValue, SCALAR_STYLE } from 'js-yaml';
import { kubernetesSchema } from './schema.ts';

/** The events of one parse, and the text they point into. */
export interface Parsed {
  readonly source: string;
  readonly events: readonly Event[];
}

interface Place {
  /** Where the node's own text starts (quotes and brackets included; tag and anchor not). */
  readonly start: number;
  /** Where it ends, exclusive; after the line break for block scalars. */
  readonly end: number;
  /** Where it starts, tag and anchor included. */
  readonly outerStart: number;
  readonly anchored: boolean;
}
export interface Entry {
  /** The key's text; undefined when it is no scalar. */
  readonly key: string | undefined;
  readonly keyNode: YamlNode;
  readonly value: YamlNode;
}
export interface MappingNode extends Place {
  readonly kind: 'mapping';
  readonly flow: boolean;
  readonly entries: readonly Entry[];
}
export interface SequenceNode extends Place {
  readonly kind: 'sequence';
  readonly flow: boolean;
  readonly items: readonly YamlNode[];
}
export interface ScalarNode extends Place {
  readonly kind: 'scalar';
  readonly text: string;
  readonly style: 'empty' | 'plain' | 'single' | 'double' | 'block';
}
export interface AliasNode extends Place {
  readonly kind: 'alias';
}
export type YamlNode = MappingNode | SequenceNode | ScalarNode | AliasNode;

/** The index of the event after the node that starts at `index`. */
export function skipNode(events: readonly Event[], index: number): number {
  let depth = 0;
  for (let at = index; ; at++) {
    const { type } = events[at]!;
    if (type === EVENT_ID.POP) depth--;
    else if (type !== EVENT_ID.SCALAR && type !== EVENT_ID.ALIAS) depth++;
    if (depth === 0) return at + 1;
  }
}

/** The node that starts at event `index`. `after` is where its text may start: an empty node is there. */
export function nodeAt(parsed: Parsed, index: number, after: number): YamlNode {
  return build(parsed, { index }, after);
}

function build(parsed: Parsed, cursor: { index: number }, after: number): YamlNode {
  const event = parsed.events[cursor.index++]!;
  if (event.type === EVENT_ID.SCALAR) return scalar(parsed.source, event, after);
  if (event.type === EVENT_ID.ALIAS) {
    return { kind: 'alias', start: event.anchorStart - 1, outerStart: event.anchorStart - 1, end: event.anchorEnd, anchored: false };
  }
  if (event.type !== EVENT_ID.MAPPING && event.type !== EVENT_ID.SEQUENCE) throw new Error(`not the start of a node: event ${event.type}`);

  const flow = event.style === COLLECTION_STYLE.FLOW;
  const place = { start: event.start, outerStart: outerStart(event, event.start), anchored: event.anchorStart >= 0, flow };
  let end = flow ? event.start + 1 : event.start;
  const children: YamlNode[] = [];
  while (parsed.events[cursor.index]!.type !== EVENT_ID.POP) {
    const isValue = event.type === EVENT_ID.MAPPING && children.length % 2 === 1;
    const child = build(parsed, cursor, isValue ? afterColon(parsed.source, end) : afterDash(parsed.source, end, event));
    children.push(child);
    end = child.end;
  }
  cursor.index++;
  if (flow) end = closingBracket(parsed.source, end, event.type === EVENT_ID.MAPPING ? '}' : ']');
  if (event.type === EVENT_ID.SEQUENCE) return { kind: 'sequence', ...place, end, items: children };
  return { kind: 'mapping', ...place, end, entries: pairs(children) };
}

function pairs(children: readonly YamlNode[]): Entry[] {
  const entries: Entry[] = [];
  for (let at = 0; at < children.length; at += 2) {
    const keyNode = children[at]!;
    entries.push({ key: keyNode.kind === 'scalar' ? keyNode.text : undefined, keyNode, value: children[at + 1]! });
  }
  return entries;
}

function outerStart(event: { anchorStart: number; tagStart: number }, start: number): number {
  const starts = [start];
  if (event.anchorStart >= 0) starts.push(event.anchorStart - 1);
  if (event.tagStart >= 0) starts.push(event.tagStart);
  return Math.min(...starts);
}

const scalarStyles = {
  [SCALAR_STYLE.PLAIN]: 'plain',
  [SCALAR_STYLE.SINGLE_QUOTED]: 'single',
  [SCALAR_STYLE.DOUBLE_QUOTED]: 'double',
  [SCALAR_STYLE.LITERAL_BLOCK]: 'block',
  [SCALAR_STYLE.FOLDED_BLOCK]: 'block',
} as const;

function scalar(source: string, event: Extract<Event, { type: typeof EVENT_ID.SCALAR }>, after: number): ScalarNode {
  if (event.valueStart < 0) {
    const end = Math.max(after, event.anchorEnd, event.tagEnd);
    return {
      kind: 'scalar',
      style: 'empty',
      text: '',
      start: end,
      end,
      outerStart: outerStart(event, end),
      anchored: event.anchorStart >= 0,
    };
  }
  const style = scalarStyles[event.style];
  const quote = style === 'single' || style === 'double' ? 1 : 0;
  // A block scalar's own offsets are its content's; its indicator stands before that.
  const start = style === 'block' ? skipBlank(source, Math.max(after, event.anchorEnd, event.tagEnd)) : event.valueStart - quote;
  return {
    kind: 'scalar',
    style,
    text: getScalarValue(source, event),
    start,
    end: event.valueEnd + quote,
    outerStart: outerStart(event, start),
    anchored: event.anchorStart >= 0,
  };
}

/** The offset behind the colon of a key that ends at `keyEnd`. */
export function afterColon(source: string, keyEnd: number): number {
  const colon = skipBlank(source, keyEnd);
  return source[colon] === ':' ? colon + 1 : keyEnd;
}

function afterDash(source: string, from: number, event: { type: number; style: number }): number {
  if (event.type !== EVENT_ID.SEQUENCE || event.style !== COLLECTION_STYLE.BLOCK) return from;
  const dash = skipBlank(source, from);
  return source[dash] === '-' ? dash + 1 : from;
}

/** The offset of the first character that is neither white space nor comment. */
export function skipBlank(source: string, from: number): number {
  let at = from;
  while (at < source.length) {
    const char = source[at]!;
    if (char === '#' && (at === 0 || /\s/.test(source[at - 1]!))) {
      const lineEnd = source.indexOf('\n', at);
      at = lineEnd < 0 ? source.length : lineEnd;
    } else if (char === ' ' || char === '\t' || char === '\n' || char === '\r') at++;
    else break;
  }
  return at;
}

/** The offset behind the bracket that closes a flow collection whose last child ends at `from`. */
export function closingBracket(source: string, from: number, bracket: string): number {
  let at = skipBlank(source, from);
  while (at < source.length && source[at] !== bracket) at = skipBlank(source, at + 1);
  return at + 1;
}

const documentEvent: Event = { type: EVENT_ID.DOCUMENT, explicitStart: false, explicitEnd: false, directives: [] };
const popEvent: Event = { type: EVENT_ID.POP };

/**
 * The value of the node that starts at event `index`. Equal keys in one mapping throw, unless `lenient`: then the last one counts.
 * Throws js-yaml's YAMLException, also for an alias whose anchor is outside the node.
 */
export function valueAt({ source, events }: Parsed, index: number, lenient = false): unknown {
  const slice = [documentEvent, ...events.slice(index, skipNode(events, index)), popEvent];
  return constructFromEvents(slice, { source, schema: kubernetesSchema, json: lenient })[0];
}
