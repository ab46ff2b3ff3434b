/** YAML text → events and values, with what is wrong as findings. Values are plain JSON: an alias is followed, within bounds. */
import { EVENT_ID, type Event, parseEvents, YAMLException } from 'js-yaml';
import { type Problem, problem } from '../problem.ts';
import { type Parsed, skipNode, valueAt } from './nodes.ts';

/** Deeper than any Kubernetes object, shallower than the stack. */
const maxDepth = 500;
/** Nodes of one value when its aliases are followed; a Process has some hundred. */
const maxNodes = 1_000_000;

/** The events of the text, which may hold several documents. */
export function parseYaml(source: string): Parsed | Problem {
  try {
    return { source, events: parseEvents(source, { maxDepth }) };
  } catch (error) {
    return isTooDeep(source) ? problem('YamlUnsafe', `nested deeper than ${maxDepth} levels`) : problem('YamlInvalid', wordsOf(error));
  }
}

/** What is wrong with a value, and the value as far as it can be read, so that a finding can say whose it is. */
interface Unusable {
  readonly problem: Problem;
  readonly read?: unknown;
}

/** The value that starts at event `index`, or what is wrong with it. Of equal keys in an item that is not ours the last one counts. */
export function readValue(parsed: Parsed, index: number): { value: unknown } | Unusable {
  let duplicate: unknown;
  let value: unknown;
  try {
    value = valueAt(parsed, index);
  } catch (strict) {
    try {
      value = valueAt(parsed, index, true);
      duplicate = strict;
    } catch (error) {
      return { problem: problem('YamlUnsafe', `${wordsOf(error)}; write the value out`) };
    }
  }
  if (!isOurs(value)) return { value };
  if (duplicate) return { problem: problem('YamlDuplicateKey', wordsOf(duplicate)), read: value };
  if (hasAliases(parsed.events, index) && countNodes(value, new Map()) > maxNodes) {
    return { problem: problem('YamlUnsafe', `aliases make more than ${maxNodes} values of it; write the values out`), read: value };
  }
  return { value };
}

/** Whether an item is ours to read whole; anybody else's is only identified and carried as it is. */
function isOurs(value: unknown): boolean {
  const apiVersion = (value as { apiVersion?: unknown } | null)?.apiVersion;
  return typeof apiVersion === 'string' && /^(?:fn\.)?ameide\.io\//.test(apiVersion);
}

function hasAliases(events: readonly Event[], index: number): boolean {
  const end = skipNode(events, index);
  for (let at = index; at < end; at++) if (events[at]!.type === EVENT_ID.ALIAS) return true;
  return false;
}

/** How many values there are when shared ones count each time. `seen` keeps it linear. */
function countNodes(value: unknown, seen: Map<object, number>): number {
  if (typeof value !== 'object' || value === null) return 1;
  const known = seen.get(value);
  if (known !== undefined) return known;
  seen.set(value, Number.POSITIVE_INFINITY);
  const count = Object.values(value).reduce<number>((sum, child) => sum + countNodes(child, seen), 1);
  seen.set(value, count);
  return count;
}

/** Whether the text would parse if depth did not count. */
function isTooDeep(source: string): boolean {
  try {
    parseEvents(source, { maxDepth: 10 * maxDepth });
    return true;
  } catch {
    return false;
  }
}

/** What js-yaml says, on one line, with the place. */
function wordsOf(error: unknown): string {
  if (!(error instanceof YAMLException)) return String(error);
  return error.mark ? `${error.reason} at line ${error.mark.line + 1}, column ${error.mark.column + 1}` : error.reason;
}
