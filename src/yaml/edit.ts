/** Edits of YAML text that change what was asked and not a byte more: each edit becomes splices of the source. */
import { afterColon, type Entry, type MappingNode, type SequenceNode, skipBlank, type YamlNode } from './nodes.ts';
import { writeFlow, writeString, writeYaml } from './write.ts';

export interface Splice {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

export type Path = readonly string[];

/**
 * `set` writes the value at the path (making what is missing on the way), `remove` takes the entry away, `append` adds an item to
 * the list at the path, `drop` takes the item at an index out of it (and the list with its last item).
 */
export type Edit =
  | { readonly set: Path; readonly to: unknown }
  | { readonly remove: Path }
  | { readonly append: unknown; readonly at: Path }
  | { readonly drop: number; readonly from: Path };

/** Thrown where an edit would change more than was asked: the place is shared by an alias, or is no mapping. */
export class NotEditableError extends Error {
  readonly path: Path;
  /** The item of the list that was edited, where that is known. */
  item: number | undefined;
  constructor(path: Path, why: string) {
    super(`${path.join('.')} ${why}`);
    this.path = path;
  }
}

export function applySplices(source: string, splices: readonly Splice[]): string {
  const pieces: string[] = [];
  let at = 0;
  for (const { start, end, text } of [...splices].sort((a, b) => a.start - b.start || a.end - b.end)) {
    if (start < at) throw new Error(`splices overlap at ${start}`);
    pieces.push(source.slice(at, start), text);
    at = end;
  }
  pieces.push(source.slice(at));
  return pieces.join('');
}

/** The splices that make one edit below `root`, a mapping. Throws NotEditableError. */
export function planEdit(source: string, root: YamlNode, edit: Edit): Splice[] {
  if ('set' in edit) return setting(source, root, edit.set, edit.to);
  if ('remove' in edit) return removal(source, root, edit.remove);
  const path = 'append' in edit ? edit.at : edit.from;
  const list = findNode(root, path);
  if ('append' in edit) {
    if (!list || isEmpty(list)) return setting(source, root, path, [edit.append]);
    const sequence = asSequence(list, path);
    return sequence.items.length === 0 ? setting(source, root, path, [edit.append]) : planAppend(source, sequence, [edit.append]);
  }
  if (!list) return [];
  const sequence = asSequence(list, path);
  return sequence.items.length === 1 && edit.drop === 0 ? removal(source, root, path) : planItemRemoval(source, sequence, edit.drop);
}

/** The node at the path below a mapping, if there is one. Throws NotEditableError where the way leads through an alias or anchor. */
function findNode(root: YamlNode, path: Path): YamlNode | undefined {
  let node: YamlNode | undefined = root;
  for (const [depth, key] of path.entries()) {
    if (!node || isEmpty(node)) return;
    node = asMapping(node, path, depth).entries.find((entry) => entry.key === key)?.value;
  }
  return node;
}

function asSequence(node: YamlNode, path: Path): SequenceNode {
  if (node.kind !== 'sequence') throw new NotEditableError(path, node.kind === 'alias' ? 'is an alias' : 'is no list');
  if (node.anchored) throw new NotEditableError(path, 'has an anchor, so the edit could show elsewhere');
  return node;
}

function setting(source: string, root: YamlNode, path: Path, value: unknown): Splice[] {
  let node = asMapping(root, path, 0);
  for (let depth = 0; depth < path.length; depth++) {
    const key = path[depth]!;
    const entry = node.entries.find((candidate) => candidate.key === key);
    const isLast = depth === path.length - 1;
    if (entry && !isLast && !isEmpty(entry.value)) {
      node = asMapping(entry.value, path, depth + 1);
      continue;
    }
    const nested = path.slice(depth + 1).reduceRight<unknown>((inner, name) => ({ [name]: inner }), value);
    if (entry) return [replacement(source, node, entry, nested, path)];
    if (!isLast && node.entries.some((candidate) => candidate.key === '<<'))
      throw new NotEditableError(path, 'comes from a merge key (`<<`)');
    return [insertion(source, node, key, nested)];
  }
  throw new NotEditableError(path, 'is the whole document');
}

function removal(source: string, root: YamlNode, path: Path): Splice[] {
  let node = asMapping(root, path, 0);
  for (const [depth, key] of path.entries()) {
    const at = node.entries.findIndex((candidate) => candidate.key === key);
    if (at < 0) return [];
    if (depth === path.length - 1) return [entryRemoval(source, node, at)];
    node = asMapping(node.entries[at]!.value, path, depth + 1);
  }
  return [];
}

function asMapping(node: YamlNode, path: Path, depth: number): MappingNode {
  const here = path.slice(0, depth);
  if (node.kind !== 'mapping') throw new NotEditableError(here, node.kind === 'alias' ? 'is an alias' : 'is no mapping');
  if (node.anchored) throw new NotEditableError(here, 'has an anchor, so the edit could show elsewhere');
  return node;
}

function isEmpty(node: YamlNode): boolean {
  return node.kind === 'scalar' && (node.style === 'empty' || (node.style === 'plain' && /^(~|null|Null|NULL)$/.test(node.text)));
}

function replacement(source: string, parent: MappingNode, { keyNode, value: old }: Entry, value: unknown, path: Path): Splice {
  if (old.anchored) throw new NotEditableError(path, 'has an anchor, so the edit could show elsewhere');
  const { outerStart: start, end } = old;
  const filled = typeof value === 'object' && value !== null && Object.keys(value).length > 0;
  if (!filled && isBlock(old)) {
    // On the key's line, as it may not stand at the key's column; comments that were between the two follow it.
    const colon = afterColon(source, keyNode.end);
    const between = source.slice(colon, start).trimEnd();
    return { start: colon, end, text: ` ${inlineText(value, old, false)}${between}${source[end - 1] === '\n' ? lineBreakOf(source) : ''}` };
  }
  if (parent.flow || !filled) {
    const text = inlineText(value, old, parent.flow);
    const lineBreak = source[end - 1] === '\n' && end > start ? lineBreakOf(source) : '';
    return { start, end, text: `${source[start - 1] === ':' ? ' ' : ''}${text}${lineBreak}` };
  }
  if (old.kind === 'scalar' && old.style === 'empty') {
    const lineEnd = endOfLine(source, end);
    return { start: lineEnd, end: lineEnd, text: childBlock(source, parent, value, source[lineEnd - 1] !== '\n') };
  }
  // The block stands below the key; a comment behind the key stays behind it, and so does one behind the value that was there.
  let keyEnd = start;
  while (/\s/.test(source[keyEnd - 1] ?? '')) keyEnd--;
  const lineEnd = endOfLine(source, end);
  const behind = isBlock(old) ? '' : source.slice(end, lineEnd).trim();
  return { start: keyEnd, end: lineEnd, text: `${behind && ` ${behind}`}${childBlock(source, parent, value, true)}` };
}

function isBlock(node: YamlNode): boolean {
  return (node.kind === 'mapping' || node.kind === 'sequence') && !node.flow;
}

function inlineText(value: unknown, old: YamlNode, inFlow: boolean): string {
  if (typeof value !== 'string') return writeFlow(value);
  if (old.kind === 'scalar' && old.style === 'single' && plainlyPrintable.test(value)) return `'${value.replaceAll("'", "''")}'`;
  if (inFlow || (old.kind === 'scalar' && (old.style === 'double' || old.style === 'single'))) return writeFlow(value);
  return writeString(value);
}

const plainlyPrintable = /^[\x20-\x7e\p{L}\p{N}]*$/u;
/** `value` as a block below a key of `parent`, each line ended; `broken`: a line break is needed before it. */
function childBlock(source: string, parent: MappingNode, value: unknown, broken: boolean): string {
  const eol = lineBreakOf(source);
  const indent = ' '.repeat(columnOf(source, parent.start) + (Array.isArray(value) ? 0 : 2));
  return `${broken ? eol : ''}${indent}${withBreaks(writeYaml(value, indent), eol)}${eol}`;
}

function insertion(source: string, node: MappingNode, key: string, value: unknown): Splice {
  if (node.flow) {
    const last = node.entries.at(-1)?.value;
    const at = last ? last.end : node.start + 1;
    return { start: at, end: at, text: `${last ? ', ' : ''}${writeFlow(key)}: ${writeFlow(value)}` };
  }
  const eol = lineBreakOf(source);
  const indent = ' '.repeat(columnOf(source, node.start));
  const at = endOfLine(source, node.end);
  const text = withBreaks(writeYaml({ [key]: value }, indent), eol);
  return { start: at, end: at, text: `${source[at - 1] === '\n' ? '' : eol}${indent}${text}${eol}` };
}

function entryRemoval(source: string, node: MappingNode, at: number): Splice {
  const { keyNode, value } = node.entries[at]!;
  const next = node.entries[at + 1];
  const previous = node.entries[at - 1];
  if (node.flow) {
    if (next) return { start: keyNode.outerStart, end: next.keyNode.outerStart, text: '' };
    return { start: previous ? previous.value.end : keyNode.outerStart, end: value.end, text: '' };
  }
  if (node.entries.length === 1)
    return { start: node.start, end: value.end, text: source[value.end - 1] === '\n' ? `{}${lineBreakOf(source)}` : '{}' };
  const lineStart = source.lastIndexOf('\n', keyNode.outerStart - 1) + 1;
  const isFirstOnLine = source.slice(lineStart, keyNode.outerStart).trim() === '';
  if (!isFirstOnLine && next) return { start: keyNode.outerStart, end: next.keyNode.outerStart, text: '' };
  return { start: lineStart, end: endOfLine(source, value.end), text: '' };
}

/** Splices that append `values` to a sequence, in its own style. */
export function planAppend(source: string, node: SequenceNode, values: readonly unknown[]): Splice[] {
  if (values.length === 0) return [];
  const last = node.items.at(-1);
  if (node.flow) {
    const at = last ? last.end : node.start + 1;
    return [{ start: at, end: at, text: `${last ? ', ' : ''}${values.map(writeFlow).join(', ')}` }];
  }
  const eol = lineBreakOf(source);
  const indent = ' '.repeat(columnOf(source, node.start));
  const at = endOfLine(source, node.end);
  const lines = values.map((value) => `${indent}- ${withBreaks(writeYaml(value, `${indent}  `), eol)}${eol}`);
  return [{ start: at, end: at, text: `${source[at - 1] === '\n' ? '' : eol}${lines.join('')}` }];
}

/** Splices that take item `at` out of a sequence of which others remain. */
export function planItemRemoval(source: string, node: SequenceNode, at: number): Splice[] {
  const item = node.items[at]!;
  const previousEnd = node.items[at - 1]?.end ?? node.start;
  if (node.flow) {
    const next = node.items[at + 1];
    return [next ? { start: item.outerStart, end: next.outerStart, text: '' } : { start: previousEnd, end: item.end, text: '' }];
  }
  const dash = skipBlank(source, previousEnd);
  return [{ start: source.lastIndexOf('\n', dash - 1) + 1, end: endOfLine(source, item.end), text: '' }];
}

/** A splice that puts `value` where a node of a sequence is. */
export function planReplacement(source: string, node: YamlNode, inFlow: boolean, value: unknown): Splice {
  const { outerStart: start, end } = node;
  if (inFlow) return { start, end, text: writeFlow(value) };
  // A comment at its end goes with what it was about: behind a literal block it would become content.
  const eol = lineBreakOf(source);
  const text = withBreaks(writeYaml(value, ' '.repeat(columnOf(source, start))), eol);
  return { start, end: endOfLine(source, end), text: `${text}${eol}` };
}

/** The line break that the text uses. */
export function lineBreakOf(source: string): '\n' | '\r\n' {
  const first = source.indexOf('\n');
  return first > 0 && source[first - 1] === '\r' ? '\r\n' : '\n';
}

function withBreaks(text: string, eol: string): string {
  return eol === '\n' ? text : text.replaceAll('\n', eol);
}

function columnOf(source: string, offset: number): number {
  return offset - (source.lastIndexOf('\n', offset - 1) + 1);
}

/** Where the line that `offset` ends on is over, its break included; `offset` itself when it is at the start of a line. */
function endOfLine(source: string, offset: number): number {
  if (source[offset - 1] === '\n') return offset;
  const lineBreak = source.indexOf('\n', offset);
  return lineBreak < 0 ? source.length : lineBreak + 1;
}
