/** Many Processes as a table, those first that need a look, and in a sentence. Pure. */
import { showAge } from '../duration.ts';
import { listed } from '../sidecar/words.ts';
import type { Paint, Style } from './paint.ts';
import type { Counted, Row, Standing } from './row.ts';

export interface ListShape {
  /** With the namespace. */
  readonly isOfAll: boolean;
  readonly isWide: boolean;
  readonly paint: Paint;
}

const order: readonly Standing[] = ['Ill', 'Unsure', 'Warned', 'OnItsWay', 'Well'];
const styles: Readonly<Record<Standing, Style>> = { Ill: 'red', Unsure: 'yellow', Warned: 'yellow', OnItsWay: 'cyan', Well: 'green' };

/** Those first that need a look, then by name. */
export function sorted(rows: readonly Row[]): Row[] {
  const key = ({ namespace, name }: Row) => `${namespace}/${name}`;
  return [...rows].sort((a, b) => order.indexOf(a.standing) - order.indexOf(b.standing) || (key(a) < key(b) ? -1 : 1));
}

interface Column {
  readonly heading: string;
  readonly cell: (row: Row) => string;
  /** Shown only where a row has something there. */
  readonly isOptional?: boolean;
}

const none = '-';

/** The columns that these rows need. */
export function columnsFor(rows: readonly Row[], { isOfAll, isWide, paint }: ListShape, now: string): readonly Column[] {
  const columns: Column[] = [
    ...(isOfAll ? [{ heading: 'NAMESPACE', cell: ({ namespace }: Row) => namespace }] : []),
    { heading: 'NAME', cell: ({ name }) => name },
    { heading: 'READY', cell: ({ ready, standing }) => paint(styles[standing], ready) },
    { heading: 'REASON', cell: ({ reason, standing }) => (standing === 'Well' ? reason : paint(styles[standing], reason)) || none },
    { heading: 'VERSION', cell: versionOf },
    { heading: 'WORKERS', cell: ({ workers }) => counted(workers) },
    { heading: 'CANARY', cell: ({ canary }) => counted(canary), isOptional: true },
    {
      heading: 'DRAIN',
      cell: ({ drain, deletedSince }) => drain ?? (deletedSince === undefined ? none : 'being deleted'),
      isOptional: true,
    },
    { heading: 'BREACHES', cell: (row) => breachesOf(row, paint), isOptional: true },
    { heading: 'AGE', cell: ({ createdAt }) => showAge(createdAt, now) },
    ...(isWide
      ? [
          { heading: 'TASK QUEUE', cell: ({ temporalNamespace, taskQueue }: Row) => `${temporalNamespace}/${taskQueue}` },
          { heading: 'IMAGE', cell: ({ image }: Row) => image || none },
          { heading: 'MESSAGE', cell: ({ message }: Row) => message || none },
        ]
      : []),
  ];
  return columns.filter(({ isOptional, cell }) => !isOptional || rows.some((row) => cell(row) !== none));
}

function versionOf({ version, newer }: Row): string {
  if (version === undefined) return none;
  return newer === undefined ? String(version) : `${version} → ${newer}`;
}

function counted(pods: Counted | undefined): string {
  return pods ? `${pods.ready}/${pods.desired}` : none;
}

function breachesOf({ breaches }: Row, paint: Paint): string {
  if (breaches === undefined) return none;
  return breaches.length === 0 ? 'none' : paint('red', listed(breaches, 2));
}

/** `3 Processes: 1 is not Ready (sales/l2o), 1 is on its way (sales/orders)`. */
export function summaryOf(rows: readonly Row[], { isOfAll }: Pick<ListShape, 'isOfAll'>): string {
  const total = `${rows.length} ${rows.length === 1 ? 'Process' : 'Processes'}`;
  const parts = (Object.entries(words) as [Standing, readonly [string, string]][]).flatMap(([standing, [one, many]]) => {
    const those = rows.filter((row) => row.standing === standing).map(({ namespace, name }) => (isOfAll ? `${namespace}/${name}` : name));
    return those.length === 0 ? [] : [`${those.length} ${those.length === 1 ? one : many} (${listed(those)})`];
  });
  return parts.length === 0 ? `${total}, nothing wrong` : `${total}: ${parts.join(', ')}`;
}

const words: Readonly<Record<Exclude<Standing, 'Well'>, readonly [string, string]>> = {
  Ill: ['is not Ready', 'are not Ready'],
  Unsure: ['cannot be told of', 'cannot be told of'],
  Warned: ['is Ready, with something amiss', 'are Ready, with something amiss'],
  OnItsWay: ['is on its way', 'are on their way'],
};
