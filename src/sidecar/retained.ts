/** Which retained definitions nobody needs any more. Pure; "Yes" only where everything speaks for it. */
import { checksumAttribute, tool } from '../names.ts';
import type { Pin, ProcessStatus } from '../process.ts';
import { isObject } from '../resource.ts';
import { isRollingOut } from './conditions/roll-out.ts';
import type { Known } from './known.ts';
import type { SeenRetained } from './observation.ts';
import { counted, excerpt } from './words.ts';

type RetainedStatus = NonNullable<ProcessStatus['retained']>[number];

interface Found {
  readonly droppable: 'Yes' | 'No' | 'Unknown';
  readonly message: string;
  /** Absent: not known. */
  readonly running?: number;
}

export function retainedStatus(known: Known): RetainedStatus[] {
  const last = lastFound(known);
  return known.retained.map((pin) => ({ version: pin.version, checksum: pin.checksum, ...foundOf(known, pin, last.get(pin.checksum)) }));
}

/** What is to be asked about now; undefined: nothing. While pods are replaced, old ones may still begin workflows with the earlier definition. */
export function retainedToAsk(known: Known): readonly string[] | undefined {
  return known.retained.length > 0 && known.seen.deployment && isSettled(known)
    ? known.retained.map(({ checksum }) => checksum)
    : undefined;
}

/** To follow what is said of the definition; '': there is nothing to drop. */
export function dropHint(known: Known): string {
  const versions = retainedStatus(known).flatMap(({ droppable, version }) => (droppable === 'Yes' ? [version!] : []));
  if (versions.length === 0) return '';
  const which = `version${versions.length === 1 ? '' : 's'} ${versions.join(' and ')}`;
  return `; nobody needs ${which} any more: run \`${dropCommand(known, ...versions)}\` and commit`;
}

function foundOf(known: Known, pin: Pin, last: Found | undefined): Found {
  const answer = known.seen.temporal?.retained;
  if (!known.seen.deployment) return standing(last, 'the stable workers are gone: see WorkloadReady');
  if (!isSettled(known)) return standing(last, 'pods are being replaced, and old ones may still begin workflows with it');
  if (!answer) return last ?? unknown('Temporal was not asked yet who needs it');
  return answer.running ? judge(known, pin, answer) : unknown(whyNot(known, pin, answer));
}

function judge(
  known: Known,
  { checksum, version }: Pin,
  { running, unnamed, schedules }: Extract<SeenRetained, { running: object }>,
): Found {
  const count = running[checksum];
  // The answer is about other checksums: it is being asked anew.
  if (count === undefined) return unknown('Temporal was not asked yet who needs it');
  if (count > 0) {
    const message = `${counted(count, 'running workflow was', 'running workflows were')} started with it`;
    return { droppable: 'No', running: count, message };
  }
  const schedule = schedules[checksum];
  if (schedule !== undefined) return { droppable: 'No', running: 0, message: `Schedule "${excerpt(schedule)}" starts workflows with it` };
  if (unnamed > 0) {
    const who = `${counted(unnamed, 'running workflow does', 'running workflows do')} not say in ${checksumAttribute} which definition ${unnamed === 1 ? 'it runs' : 'they run'}`;
    return { droppable: 'Unknown', running: 0, message: `${who}: see that starters and workers keep the worker contract` };
  }
  return { droppable: 'Yes', running: 0, message: `nobody needs it: run \`${dropCommand(known, version)}\` and commit` };
}

function whyNot(known: Known, { version }: Pin, { failure, message }: Extract<SeenRetained, { message: string }>): string {
  if (failure !== 'AttributeMissing') return `Temporal cannot be asked who needs it: ${excerpt(message)}`;
  const command = `temporal operator search-attribute create --name ${checksumAttribute} --type Keyword --namespace ${known.seen.temporal?.namespace}`;
  return `the search attribute ${checksumAttribute} is not registered: run \`${command}\`, or make sure yourself before \`${dropCommand(known, version)}\``;
}

function dropCommand({ name }: Known, ...versions: readonly number[]): string {
  return `${tool} pin DIR ${name}${versions.map((version) => ` --drop ${version}`).join('')}`;
}

function unknown(message: string): Found {
  return { droppable: 'Unknown', message };
}

/** Workflows do not end because pods are replaced; but that nobody needs it may no longer be so. */
function standing(last: Found | undefined, message: string): Found {
  return last?.droppable === 'No' ? last : unknown(message);
}

function isSettled(known: Known): boolean {
  const { canary, spec } = known;
  const isCanaryLeft = canary !== undefined && spec?.rollout?.canary === undefined;
  if (isCanaryLeft || isRollingOut(known) || (canary && isRollingOut(canary))) return false;
  return ![known, ...(canary ? [canary] : [])].some(({ seen }) => seen.pods.some(({ isDeleting }) => isDeleting));
}

/** By checksum, what the status says. */
function lastFound({ seen }: Known): ReadonlyMap<string, Found> {
  const { status } = seen.process;
  const entries = isObject(status) && Array.isArray(status.retained) ? status.retained.filter(isObject) : [];
  return new Map(
    entries.flatMap(({ checksum, droppable, message, running }) =>
      typeof checksum === 'string' && isVerdict(droppable) && typeof message === 'string'
        ? [[checksum, { droppable, message, ...(typeof running === 'number' && { running }) }] as const]
        : [],
    ),
  );
}

function isVerdict(value: unknown): value is Found['droppable'] {
  return value === 'Yes' || value === 'No' || value === 'Unknown';
}
