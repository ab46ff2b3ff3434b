/** Cuts JSON that arrives in chunks into objects, so that never more than one object of a list or watch is held as text. */
import { isObject, type Resource } from '../resource.ts';

/** Takes a chunk; throws when what it completes is no JSON. */
type Feed = (chunk: Buffer) => void;

const newline = 0x0a;

/** One object per line, as watches send them. */
export function feedLines(onObject: (object: Resource) => void): Feed {
  let held: Buffer[] = [];
  return (chunk) => {
    let from = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, from)) {
      held.push(chunk.subarray(from, end));
      const line = textOf(held);
      held = [];
      from = end + 1;
      if (line.trim() !== '') onObject(parseObject(line));
    }
    if (from < chunk.length) held.push(chunk.subarray(from));
  };
}

export interface ListFeed {
  readonly feed: Feed;
  /** The list without its items, once all of it was fed. */
  end(): Resource;
}

const [quote, backslash, openBrace, closeBrace, openBracket, closeBracket] = [0x22, 0x5c, 0x7b, 0x7d, 0x5b, 0x5d];
/** Depth of the list object is 1, of its items array 2, of an item 3. */
const itemDepth = 3;

/** A `List` object: each of its items as soon as it is complete. */
export function feedList(onItem: (item: Resource) => void): ListFeed {
  let depth = 0;
  let inItems = false;
  let inString = false;
  let isEscaped = false;
  let item: Buffer[] | undefined;
  const envelope: Buffer[] = [];

  const feed = (chunk: Buffer) => {
    let from = 0;
    for (let at = 0; at < chunk.length; at++) {
      if (inString) {
        const rest = restOfString(chunk, at, isEscaped);
        ({ isEscaped, isOpen: inString } = rest);
        at = rest.end;
        continue;
      }
      const byte = chunk[at];
      if (byte === quote) inString = true;
      else if (byte === openBrace || byte === openBracket) {
        depth++;
        if (depth === itemDepth - 1 && byte === openBracket) inItems = true;
        if (depth === itemDepth && inItems) {
          envelope.push(copyOf(chunk.subarray(from, at)));
          item = [];
          from = at;
        }
      } else if (byte === closeBrace || byte === closeBracket) {
        depth--;
        if (depth === itemDepth - 1 && item) {
          item.push(chunk.subarray(from, at + 1));
          onItem(parseObject(textOf(item)));
          item = undefined;
          from = at + 1;
        }
        if (depth === itemDepth - 2) inItems = false;
      }
    }
    if (item) item.push(chunk.subarray(from));
    else envelope.push(copyOf(chunk.subarray(from)));
  };
  return { feed, end: () => parseObject(withoutCommas(textOf(envelope))) };
}

interface RestOfString {
  /** Where its closing quote is; past the chunk when it is in a later one. */
  readonly end: number;
  readonly isOpen: boolean;
  /** The first byte of the next chunk belongs to a backslash. */
  readonly isEscaped: boolean;
}

/** Most of a list is text between quotes, which native code passes over many times faster than one that looks at each byte. */
function restOfString(chunk: Buffer, at: number, isEscaped: boolean): RestOfString {
  const from = isEscaped ? at + 1 : at;
  for (let end = chunk.indexOf(quote, from); end >= 0; end = chunk.indexOf(quote, end + 1)) {
    if (!endsEscaping(chunk, from, end)) return { end, isOpen: false, isEscaped: false };
  }
  return { end: chunk.length, isOpen: true, isEscaped: endsEscaping(chunk, from, chunk.length) };
}

/** Of backslashes each second one is escaped itself. */
function endsEscaping(chunk: Buffer, from: number, end: number): boolean {
  let before = end;
  while (before > from && chunk[before - 1] === backslash) before--;
  return (end - before) % 2 === 1;
}

/** A part of a chunk keeps the whole of it, and with the commas between the items all chunks of a list would be kept. */
function copyOf(part: Buffer): Buffer {
  return Buffer.from(part);
}

/** Of the items only the commas between them are left: `[,,]`. */
function withoutCommas(envelope: string): string {
  return envelope.replace(/\[[,\s]*\]/, '[]');
}

function textOf(parts: Buffer[]): string {
  return (parts.length === 1 ? (parts[0] ?? Buffer.alloc(0)) : Buffer.concat(parts)).toString();
}

function parseObject(text: string): Resource {
  const value: unknown = JSON.parse(text);
  if (!isObject(value)) throw new Error(`expected a JSON object, found ${text.slice(0, 40)}`);
  return value;
}
