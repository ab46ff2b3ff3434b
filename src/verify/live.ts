/** Verifies live Processes: each by its own objects, as the sidecar judges them, and by the status that the sidecar wrote. Pure. */

import { closest } from '../definition/closest.ts';
import { type Live, unreadableIn } from '../live/objects.ts';
import type { Asked } from '../live/scope.ts';
import { conditionsHealthy, deadSidecar, definitionCurrent, isReady, type LiveStatus, readStatus } from '../live/status.ts';
import { processApiVersion, processKind } from '../names.ts';
import { hasErrors, type Problem, problem, type Reason, type ResourceRef } from '../problem.ts';
import { type Pin, parseProcess } from '../process.ts';
import { isProcessKind } from '../render/located.ts';
import { nameOf, namespaceOf, type Resource, referTo, valueAt } from '../resource.ts';
import { definitionResolved } from '../sidecar/conditions/definition-resolved.ts';
import { isRollingOut } from '../sidecar/conditions/roll-out.ts';
import { workloadReady } from '../sidecar/conditions/workload-ready.ts';
import { type Known, know } from '../sidecar/known.ts';
import type { Verdict } from '../sidecar/verdict.ts';
import { listed } from '../sidecar/words.ts';
import { indexPods, observationOf, type PodsOf } from './live-observation.ts';
import type { Outcome } from './outcome.ts';
import { checkSubject } from './rendered.ts';
import { type Subject, subjectsOf } from './subject.ts';

/** In the order in which one cause explains the next. */
export const liveChecks = [
  'ProcessFound',
  'Rendered',
  'DefinitionMounted',
  'WorkloadReady',
  'ConditionsHealthy',
  'DefinitionCurrent',
] as const;
type LiveCheck = (typeof liveChecks)[number];

/** A Process that was looked at. */
export interface LiveProcess extends LiveStatus {
  readonly isReady: boolean;
  readonly pin: Pin | undefined;
}

export interface LiveFindings {
  readonly outcomes: readonly Outcome[];
  readonly remarks: readonly Problem[];
  readonly processes: readonly LiveProcess[];
}

/** All Processes where nobody is asked for. */
export function checkLive(live: Live, asked: readonly Asked[]): LiveFindings {
  const { subjects, orphans } = subjectsOf(live.items);
  const podsOf = indexPods(live.pods);
  const isAsked = (item: Resource) => asked.length === 0 || asked.some((one) => isThe(item, one));
  const looked = subjects.filter(({ item }) => isAsked(item)).map((subject) => checkProcess(subject, live, podsOf));
  const absent = asked.filter((one) => !subjects.some(({ item }) => isThe(item, one)));
  const unreadable = live.unreadable.map(({ problem: found }) => found);
  const canRead = !live.unreadable.some(({ resource }) => resource === 'processes');
  const nobody =
    asked.length === 0 && looked.length === 0 && canRead ? [problem('ProcessNotFound', `there is no Process in ${live.where}`)] : [];
  return {
    outcomes: [...looked.flatMap(({ outcomes }) => outcomes), ...absent.flatMap((one) => absentOutcomes(one, live, canRead))],
    remarks: [
      ...unreadable,
      ...nobody,
      ...deadSidecar(live.now, live.leaseRenewedAt),
      ...(asked.length === 0 && canRead ? orphans.map(orphan) : []),
    ],
    processes: looked.map(({ process }) => process),
  };
}

function isThe(item: Resource, { name, namespace }: Asked): boolean {
  return nameOf(item) === name && (namespace === undefined || namespaceOf(item) === namespace);
}

function absentOutcomes({ name, namespace }: Asked, live: Live, canRead: boolean): Outcome[] {
  const process: ResourceRef = { apiVersion: processApiVersion, kind: processKind, name, ...(namespace !== undefined && { namespace }) };
  const others = live.items.filter((item) => isProcessKind(item) && (namespace === undefined || namespaceOf(item) === namespace));
  const known = closest(name, [...new Set(others.map(nameOf))]);
  const where = namespace === undefined ? live.where : `namespace "${namespace}"`;
  const there = known.length > 0 ? `; there is ${listed(known, 5)}` : '';
  const found = problem('ProcessNotFound', `does not exist in ${where}${there}: apply it, or name its namespace with -n`, {
    resource: process,
  });
  return liveChecks.map((check) => ({ check, process, problems: check === 'ProcessFound' && canRead ? [found] : undefined }));
}

/** Whoever removed its Process may have meant it to go; workflows may still need it. */
function orphan(item: Resource): Problem {
  const message = `was generated for a Process that does not exist; remove it from Git, or delete it when no running workflow needs it`;
  return { ...problem('RenderBroken', message, { resource: referTo(item) }), severity: 'warning' };
}

function checkProcess(subject: Subject, live: Live, podsOf: PodsOf): { outcomes: Outcome[]; process: LiveProcess } {
  const { item } = subject;
  const process = referTo(item);
  const parsed = parseProcess(item);
  const pin = 'process' in parsed ? parsed.process.spec.definitionRef.pin : undefined;
  const status = readStatus(item);
  const known = know(observationOf(subject, live, podsOf));
  const workload = workloadReady(known);
  const ofStream = new Map(checkSubject(subject).map(({ check, problems }) => [check, problems]));
  const cannot = (...plurals: readonly string[]) => plurals.some((plural) => unreadableIn(live, plural, namespaceOf(item)) !== undefined);
  const made: Record<LiveCheck, Made> = {
    ProcessFound: {
      problems: [...(merged(ofStream, ['valid', 'pinned']) ?? []), ...leaving(item)],
      words: 'it is there, valid and pinned',
    },
    Rendered: cannot('deployments', 'cronjobs') ? notMade : rendered(ofStream, workload, process),
    DefinitionMounted: cannot('deployments', 'configmaps', 'pods') ? notMade : mounted(ofStream, known, process),
    WorkloadReady: cannot('deployments') ? notMade : available(known, workload, process),
    ConditionsHealthy: { problems: conditionsHealthy(status), words: 'Ready is True, Degraded is False' },
    DefinitionCurrent: pin ? { problems: definitionCurrent(status, pin), words: `version ${pin.version} (${pin.checksum}) runs` } : notMade,
  };
  return {
    outcomes: liveChecks.map((check) => ({ check, process, ...made[check] })),
    process: { ...status, isReady: isReady(status), pin },
  };
}

type Made = Pick<Outcome, 'problems' | 'words'>;
type OfStream = ReadonlyMap<string, readonly Problem[] | undefined>;

const notMade: Made = { problems: undefined };

/** What was found by those checks that could be made; undefined where none could. */
function merged(ofStream: OfStream, checks: readonly string[]): Problem[] | undefined {
  const made = checks.map((check) => ofStream.get(check)).filter((problems) => problems !== undefined);
  return made.length === 0 ? undefined : made.flat();
}

function leaving(item: Resource): Problem[] {
  const since = valueAt(item, 'metadata', 'deletionTimestamp');
  if (since === undefined) return [];
  const found = problem('ProcessRemoved', `is being deleted since ${String(since)}`, { resource: referTo(item) });
  return [{ ...found, severity: 'warning' }];
}

/** How many replicas there are, and a pause, are told of as the workload. */
const ofWorkload: ReadonlySet<string | undefined> = new Set(['spec.replicas', 'spec.paused']);

function rendered(ofStream: OfStream, workload: Verdict, resource: ResourceRef): Made {
  const spec = ofStream.get('spec');
  const isStale = workload.reason === 'RenderStale' && spec?.[0] !== undefined;
  const told = isStale ? [problem('RenderStale', workload.message, { resource, ...(spec[0]!.field && { field: spec[0]!.field }) })] : spec;
  const found = merged(new Map([...ofStream, ['spec', told]]), ['workers', 'spec', 'image', 'rollout', 'selector', 'env', 'schedules']);
  return {
    problems: found?.filter(({ field }) => !ofWorkload.has(field?.path)),
    words: 'its worker Deployment was rendered from the live spec',
  };
}

/** The canary's workers count as well; one that Git no longer has is told of as the status. */
function available({ canary, spec }: Known, workload: Verdict, process: ResourceRef): Made {
  const made = fromVerdict(workload, process);
  if (!canary || !spec?.rollout?.canary || !made.problems) return made;
  const { problems = [] } = fromVerdict(workloadReady(canary), process);
  return { ...made, problems: [...made.problems, ...problems.map((found) => ({ ...found, message: `the canary: ${found.message}` }))] };
}

/** Each file by itself, then the pods. */
function mounted(ofStream: OfStream, known: Known, process: ResourceRef): Made {
  const files = merged(ofStream, ['definition', 'mount']);
  if (files === undefined || hasErrors(files)) return { problems: files };
  const made = fromVerdict(definitionResolved(known), process);
  return made.problems?.length === 0 ? { ...made, problems: [...files, ...oldPods(known, process)] } : made;
}

/** The sidecar waits for a roll-out; who verifies wants to know that it is over. */
function oldPods(known: Known, resource: ResourceRef): Problem[] {
  const { seen, pods, pin } = known;
  if (!isRollingOut(known) || !pin) return [];
  const names = new Set(seen.definitions.filter(({ checksum }) => checksum === pin.checksum).map(({ configMap }) => configMap));
  const old = pods.filter(({ runningSince, currentDefinition }) => runningSince !== undefined && !names.has(currentDefinition ?? ''));
  if (old.length === 0) return [];
  const message = `pods that still run with another definition: ${listed(old.map(({ name }) => name))}; wait until they are replaced`;
  return [problem('RollingOut', message, { resource })];
}

/** Verdicts whose cause another check tells of. */
const ofOthers: ReadonlySet<Reason> = new Set<Reason>(['NotRendered', 'RenderStale', 'SpecInvalid', 'PinMissing']);

function fromVerdict({ status, reason, message }: Verdict, resource: ResourceRef): Made {
  if (status === 'True') return { problems: [], words: message };
  if (status === 'Unknown' || ofOthers.has(reason)) return notMade;
  return { problems: [problem(reason, message, { resource })] };
}
