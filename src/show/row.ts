/** One Process at a glance, by its own status: a row of `list`. Pure. */
import { isHealthy, readStatus } from '../live/status.ts';
import type { Problem } from '../problem.ts';
import { nameOf, namespaceOf, type Resource, valueAt } from '../resource.ts';
import type { PreviousCondition } from '../sidecar/previous.ts';
import { excerpt } from '../sidecar/words.ts';
import { areChecksSuspended, wantedChecks } from '../sla/status.ts';

/**
 * `Ill`: it is not Ready. `Unsure`: nobody can tell. `Warned`: it is Ready, and something else is not as it should be. `OnItsWay`: not Ready
 * yet, by itself.
 */
export type Standing = 'Ill' | 'Unsure' | 'Warned' | 'OnItsWay' | 'Well';

export interface Row {
  readonly namespace: string;
  readonly name: string;
  readonly standing: Standing;
  /** Of the condition Ready; Unknown where there is none, or it is about another spec. */
  readonly ready: 'True' | 'False' | 'Unknown';
  /** The one that matters. */
  readonly reason: string;
  readonly message: string;
  /** Of the definition that runs. */
  readonly version?: number;
  /** A newer one at the source, where the sidecar asks. */
  readonly newer?: number;
  readonly workers?: Counted;
  readonly canary?: Counted;
  readonly drain?: string;
  /** Names of the service level checks that are breached; absent: none has looked, or a drain suspends them. */
  readonly breaches?: readonly string[];
  /** Since when it is being deleted. */
  readonly deletedSince?: string;
  readonly createdAt: string;
  readonly temporalNamespace: string;
  readonly taskQueue: string;
  readonly image: string;
}

export interface Counted {
  readonly ready: number;
  readonly desired: number;
}

export function rowOf(item: Resource): Row {
  const { status } = item;
  const { conditions, silence } = readStatus(item);
  const breaches = breachesIn(item);
  const matter = whatMatters(conditions, silence);
  const [version, newest] = [numberAt(status, 'definition', 'version'), numberAt(status, 'definition', 'newest')];
  const [workers, canary] = [countedAt(valueAt(status, 'workers')), countedAt(valueAt(status, 'workers', 'canary'))];
  const drain = textAt(status, 'drain', 'summary') ?? textAt(status, 'drain', 'phase');
  const deletedSince = textAt(item, 'metadata', 'deletionTimestamp');
  return {
    namespace: namespaceOf(item),
    name: nameOf(item),
    ...matter,
    standing: matter.standing === 'Well' && breaches !== undefined && breaches.length > 0 ? 'Warned' : matter.standing,
    ...(version !== undefined && { version }),
    ...(version !== undefined && newest !== undefined && newest > version && { newer: newest }),
    ...(workers && { workers }),
    ...(canary && { canary }),
    ...(drain !== undefined && { drain }),
    ...(breaches && { breaches }),
    ...(deletedSince !== undefined && { deletedSince }),
    createdAt: textAt(item, 'metadata', 'creationTimestamp') ?? '',
    temporalNamespace: textAt(item, 'spec', 'temporal', 'namespace') ?? '',
    taskQueue: textAt(item, 'spec', 'temporal', 'taskQueue') ?? '',
    image: textAt(item, 'spec', 'image') ?? '',
  };
}

type Matter = Pick<Row, 'standing' | 'ready' | 'reason' | 'message'>;

function whatMatters(conditions: readonly PreviousCondition[], silence: Problem | undefined): Matter {
  if (silence) return { standing: 'Unsure', ready: 'Unknown', reason: silence.reason, message: excerpt(silence.message, longest) };
  const ready = conditions.find(({ type }) => type === 'Ready');
  if (!ready) return { standing: 'Unsure', ready: 'Unknown', reason: 'StatusMissing', message: 'the status has no condition Ready' };
  const isTrue = ready.status === 'True';
  const amiss = isTrue ? conditions.find((one) => isHealthy(one) === false) : undefined;
  const { reason, message } = wordsOf(amiss ?? ready);
  if (isTrue) return { standing: amiss ? 'Warned' : 'Well', ready: 'True', reason, message };
  const isOnItsWay = conditions.some(({ type, status }) => type === 'Reconciling' && status === 'True');
  if (isOnItsWay) return { standing: 'OnItsWay', ready: ready.status === 'False' ? 'False' : 'Unknown', reason, message };
  if (ready.status === 'False') return { standing: 'Ill', ready: 'False', reason, message };
  return { standing: 'Unsure', ready: 'Unknown', reason, message };
}

const longest = 1_000;

function wordsOf({ reason, message }: PreviousCondition): Pick<Row, 'reason' | 'message'> {
  return { reason: excerpt(reason, 80), message: excerpt(message, longest) };
}

/** Names of the checks that found workflows which ran for too long; undefined: none has looked, or a drain suspends them. */
function breachesIn(item: Resource): string[] | undefined {
  if (areChecksSuspended(item)) return;
  const looked = wantedChecks(item).flatMap(({ found }) => (found ? [found] : []));
  if (looked.length === 0) return;
  return looked.filter(({ breaching }) => typeof breaching === 'number' && breaching > 0).map(({ name }) => excerpt(String(name), 80));
}

function countedAt(value: unknown): Counted | undefined {
  const [ready, desired] = [numberAt(value, 'ready'), numberAt(value, 'desired')];
  return ready === undefined || desired === undefined ? undefined : { ready, desired };
}

function numberAt(value: unknown, ...path: readonly string[]): number | undefined {
  const found = valueAt(value, ...path);
  return typeof found === 'number' ? found : undefined;
}

/** One line, without what a terminal would take for a command. */
function textAt(value: unknown, ...path: readonly string[]): string | undefined {
  const found = valueAt(value, ...path);
  return typeof found === 'string' && found !== '' ? excerpt(found, longest) : undefined;
}
