/** The queries by which running workflows of one task queue are found: never those of another one. Pure. */
import { checksumAttribute, tool } from '../../names.ts';
import { TemporalError } from '../failure.ts';

export interface Named {
  readonly taskQueue: string;
  /** In this namespace workflows can be paused: those are not Running, and yet they need their workers. */
  readonly hasPause: boolean;
}

export interface Which {
  /** ISO 8601: only runs that began later. */
  readonly startedAfter?: string;
  /** ISO 8601: only runs that began to execute later than the one, and not later than the other; one that is delayed has not begun. */
  readonly begunAfter?: string;
  readonly begunThrough?: string;
  readonly workflowType?: string;
  /** `sha256:…`: only those of this definition; null: only those that do not say of which one they are. */
  readonly checksum?: string | null;
  /** Only those of other definitions than these, and those that do not say of which one they are. */
  readonly otherThan?: readonly string[];
}

/** What every server takes between quotes as it stands. */
const plain = /^[\w\-./:]+$/;

export function isPlain(name: string): boolean {
  return plain.test(name);
}

/** All that runs on any of these queues, whose names are plain. */
export function runningOnAnyQuery(taskQueues: readonly string[], hasPause: boolean): string {
  const names = taskQueues.map((name) => `'${quotable(name, 'task queue')}'`);
  return `TaskQueue IN (${names.join(',')}) AND ${isRunning(hasPause)}`;
}

/** Throws a TemporalError of kind NotQueryable where the name, or what is asked about, cannot be put into a query. */
export function runningQuery({ taskQueue, hasPause }: Named, which: Which = {}): string {
  const { startedAfter, begunAfter, begunThrough, workflowType, checksum, otherThan = [] } = which;
  return [
    `TaskQueue='${quotable(taskQueue, 'task queue')}'`,
    isRunning(hasPause),
    ...(startedAfter === undefined ? [] : [`StartTime > '${timeIn(startedAfter)}'`]),
    ...(begunAfter === undefined ? [] : [`ExecutionTime > '${timeIn(begunAfter)}'`]),
    ...(begunThrough === undefined ? [] : [`ExecutionTime <= '${timeIn(begunThrough)}'`]),
    ...(workflowType === undefined ? [] : [`WorkflowType='${quotable(workflowType, 'workflow type')}'`]),
    ...(checksum === undefined
      ? []
      : [checksum === null ? `${checksumAttribute} IS NULL` : `${checksumAttribute}='${checksumIn(checksum)}'`]),
    ...(otherThan.length === 0 ? [] : [`(${checksumAttribute} IS NULL OR ${checksumAttribute} NOT IN (${listOf(otherThan)}))`]),
  ].join(' AND ');
}

function isRunning(hasPause: boolean): string {
  return hasPause ? "ExecutionStatus IN ('Running','Paused')" : "ExecutionStatus='Running'";
}

/** What no workflow matches. */
export function emptyQuery(queue: Named): string {
  return runningQuery(queue, { startedAfter: '2999-01-01T00:00:00Z' });
}

/**
 * Nothing matches it, unless the visibility store takes upper for lower case, as MySQL's usual collation does: then the queue's query finds
 * the workflows of another queue as well. Undefined: the name has no letter that would tell.
 */
export function confusedQuery(queue: Named): string | undefined {
  const { taskQueue } = queue;
  const swapped = [...taskQueue].map(swapCase).join('');
  return swapped === taskQueue ? undefined : `TaskQueue='${quotable(swapped, 'task queue')}' AND ${runningQuery(queue)}`;
}

/** A letter of which the other case is a single character, and leads back. */
function swapCase(letter: string): string {
  const other = letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase();
  const back = other === other.toLowerCase() ? other.toUpperCase() : other.toLowerCase();
  return back === letter && [...other].length === 1 ? other : letter;
}

/**
 * Servers quote what is between the quotes in ways of their own: a name with `"` or a backslash is found by no query on a server with an SQL
 * store, which counts 0 while its workflows run. So these are refused, and what else a database or a parser could take for its own.
 */
const unsafe = /['"`\\\p{Cc}\p{Cs}\p{Zl}\p{Zp}]|^\s|\s$|^$/u;

function quotable(name: string, of: string): string {
  const [found] = unsafe.exec(name) ?? [];
  if (found === undefined) return name;
  const what = found === '' ? 'is empty' : `has the character ${JSON.stringify(found)}`;
  throw new TemporalError(
    'NotQueryable',
    `the name of the ${of} ${what}, with which Temporal cannot be asked for its workflows reliably: look yourself whether any run, then \`${tool} release\``,
  );
}

function listOf(checksums: readonly string[]): string {
  return checksums.map((checksum) => `'${checksumIn(checksum)}'`).join(',');
}

const checksumForm = /^sha256:[0-9a-f]{64}$/;

function checksumIn(checksum: string): string {
  if (checksumForm.test(checksum)) return checksum;
  throw new TemporalError('NotQueryable', `${JSON.stringify(checksum.slice(0, 100))} is no checksum sha256:…`);
}

function timeIn(text: string): string {
  const ms = Date.parse(text);
  if (!Number.isNaN(ms)) return new Date(ms).toISOString();
  throw new TemporalError('NotQueryable', `${JSON.stringify(text.slice(0, 100))} is no time`);
}
