/** One Process as text for a person on call: what is wrong first, and at the end what to do. Pure. */
import { showAge, showSeconds } from '../duration.ts';
import { counted, listed } from '../sidecar/words.ts';
import { wrap } from '../text-width.ts';
import { columns } from './columns.ts';
import type { Paint, Style } from './paint.ts';
import type { CanaryView, ConditionView, DrainView, Picture, VersionView } from './picture.ts';
import type { Row, Standing } from './row.ts';
import type { TypeView } from './temporal-view.ts';
import type { PodView } from './workers-view.ts';

export interface TextShape {
  /** Columns of the terminal; undefined: as many as it takes. */
  readonly width?: number | undefined;
  readonly paint: Paint;
}

export function pictureLines(picture: Picture, shape: TextShape): string[] {
  const sections = [head, conditions, definition, workers, temporal, drain, slaChecks, events, whatToDo];
  const texts = sections.map((section) => section(picture, shape)).filter(({ length }) => length > 0);
  return texts.flatMap((lines, at) => (at === 0 ? lines : ['', ...lines]));
}

const styles: Readonly<Record<Standing, Style>> = { Ill: 'red', Unsure: 'yellow', Warned: 'yellow', OnItsWay: 'cyan', Well: 'green' };
const verdicts: Readonly<Record<Standing, string>> = {
  Ill: 'is not Ready',
  Unsure: 'cannot be told of',
  Warned: 'is Ready, with something amiss',
  OnItsWay: 'is on its way',
  Well: 'is Ready',
};

function head({ process, lifecycle, conditions: all, now }: Picture, { width, paint }: TextShape): string[] {
  const { namespace, name, standing, reason, message, image, createdAt, breaches = [] } = process;
  const since = all.find(({ type }) => type === 'Ready')?.lastTransitionTime ?? '';
  const verdict = breaches.length > 0 && reason === 'AllReady' ? `${verdicts[standing]}: ${listed(breaches)}` : wordsOf(process);
  const title = `${paint('bold', `Process ${namespace}/${name}`)} ${paint(styles[standing], verdict)}${since === '' ? '' : `, for ${showAge(since, now)}`}`;
  return [
    title,
    ...(standing === 'Well' ? [] : wrapped(message, 2, width)),
    ...pairs(
      [
        ['Image', image || '-'],
        ['Lifecycle', lifecycle],
        ['Age', showAge(createdAt, now)],
      ],
      width,
    ),
  ];
}

function wordsOf({ standing, reason }: Row): string {
  return standing === 'Well' ? verdicts.Well : `${verdicts[standing]}: ${reason}`;
}

function conditions({ conditions: all, now }: Picture, { width, paint }: TextShape): string[] {
  if (all.length === 0) return [paint('bold', 'Conditions'), '  none: nobody wrote the status'];
  const styleOf = ({ isHealthy, status, nextStep }: ConditionView): Style | undefined => {
    if (isHealthy === false) return status === 'Unknown' ? 'yellow' : 'red';
    return nextStep === undefined ? undefined : 'cyan';
  };
  const rows = columns(
    all.map((one) => {
      const style = styleOf(one);
      const status = style ? paint(style, one.status) : one.status;
      return [one.type, status, one.reason || '-', showAge(one.lastTransitionTime, now)];
    }),
  );
  // One cause has the same words wherever it shows.
  const told = new Set<string>();
  const once = (text: string) => (told.has(text) ? [] : told.add(text) && wrapped(text, 6, width));
  const lines = all.flatMap((one, at) => [
    `  ${rows[at]}`,
    ...(one.nextStep === undefined ? [] : [...once(one.message), ...once(`→ ${one.nextStep}`)]),
  ]);
  return [paint('bold', 'Conditions'), ...lines];
}

function definition({ definition: found }: Picture, { width, paint }: TextShape): string[] {
  const { id, tenantId, pinned, mounted, canary, newest, retained } = found;
  const isOther = mounted !== undefined && pinned !== undefined && mounted.checksum !== pinned.checksum;
  return [
    `${paint('bold', 'Definition')} ${id} of tenant ${tenantId}`,
    ...pairs(
      [
        ['Pinned', pinned ? shown(pinned) : paint('red', 'no')],
        ['Mounted', mounted ? (isOther ? paint('red', `${shown(mounted)}, which is not the pinned one`) : shown(mounted)) : 'not known'],
        ...(canary ? [['Canary', canaryWords(canary, pinned, paint)] as const] : []),
        ...(newest === undefined ? [] : [['Newest', `version ${newest}`] as const]),
        ...retained.map((one, at) => [at === 0 ? 'Retained' : '', `${shown(one)}; droppable: ${one.droppable}, ${one.message}`] as const),
      ],
      width,
    ),
  ];
}

function canaryWords({ pinned, mounted }: CanaryView, stable: VersionView | undefined, paint: Paint): string {
  const wanted = pinned ? `pinned to ${shown(pinned)}` : 'no pin of its own';
  if (mounted === undefined) return `${wanted}; mounted: not known`;
  const isOther = mounted !== (pinned ?? stable)?.version;
  return `${wanted}; mounted: ${isOther ? paint('red', `version ${mounted}, which is not that one`) : `version ${mounted}`}`;
}

function shown({ version, checksum }: VersionView): string {
  return `version ${version}, ${checksum.slice(0, 'sha256:'.length + 10)}…`;
}

function workers({ workers: { deployments, pods }, now, temporal: { silence } }: Picture, { width, paint }: TextShape): string[] {
  const lines = typeof deployments === 'string' ? unread(deployments, width) : [];
  if (typeof deployments !== 'string' && deployments.length === 0) lines.push(`  ${paint('red', 'there is no worker Deployment')}`);
  for (const { name, desired, ready, updated, paused, isAsRendered, track } of typeof deployments === 'string' ? [] : deployments) {
    const parts = [
      `${ready} of ${counted(desired, 'pod', 'pods')} ready`,
      ...(updated < desired ? [`${updated} updated`] : []),
      ...(paused ? [paint('yellow', 'paused')] : []),
      ...(isAsRendered ? [] : [paint('yellow', 'not rendered from the live spec')]),
    ];
    lines.push(...wrapped(`Deployment ${name}${track === undefined ? '' : ` (${track})`}: ${parts.join(', ')}`, 2, width));
  }
  if (typeof pods === 'string') lines.push(...unread(pods, width));
  else if (pods.length > 0) {
    const isAsked = silence === undefined;
    const headings = ['POD', 'PHASE', 'READY', 'RESTARTS', 'AGE', ...(isAsked ? ['POLLED'] : []), 'TROUBLE'];
    const rows = pods.map((pod) => [
      pod.track === undefined ? pod.name : `${pod.name} (${pod.track})`,
      pod.isDeleting ? 'Terminating' : pod.phase,
      pod.isReady ? 'yes' : paint('red', 'no'),
      String(pod.restarts),
      showAge(pod.createdAt, now),
      ...(isAsked ? [polledWords(pod, now)] : []),
      troubleWords(pod, now) || '-',
    ]);
    lines.push(...indented(columns([headings, ...rows], inner(width))));
  }
  return [paint('bold', 'Workers'), ...lines];
}

function polledWords({ polled }: PodView, now: string): string {
  const times = [polled?.workflow, polled?.activity].filter((time) => time !== undefined).sort();
  const last = times.at(-1);
  if (last === undefined) return 'no';
  const which = polled?.workflow === undefined ? ', activities only' : '';
  return `${showAge(last, now)} ago${which}`;
}

function troubleWords({ trouble, lastExit }: PodView, now: string): string {
  if (!lastExit) return trouble ?? '';
  const { exitCode, reason, message, finishedAt } = lastExit;
  const why = reason && reason !== 'Error' && reason !== 'Completed' ? ` (${reason})` : '';
  const when = finishedAt === undefined ? '' : ` ${showAge(finishedAt, now)} ago`;
  const ended = `last exit ${exitCode}${why}${when}${message ? `: ${message}` : ''}`;
  return [trouble, ended].filter(Boolean).join('; ');
}

function temporal({ temporal: found, workers: { pods } }: Picture, { width, paint }: TextShape): string[] {
  const { address, namespace, taskQueue, silence, workflow, activity, running } = found;
  const total = typeof pods === 'string' ? undefined : pods.filter(({ isDeleting }) => !isDeleting).length;
  const title = `${paint('bold', 'Temporal')} ${address ?? '(address not known)'}, namespace ${namespace}, task queue ${taskQueue}`;
  const lines = wrap(title, width);
  if (silence !== undefined) return [...lines, ...wrapped(silence, 2, width)];
  return [
    ...lines,
    ...pairs(
      [
        ['Workflows', typeWords(workflow, total)],
        ['Activities', typeWords(activity, total)],
        ['Running', typeof running === 'number' ? counted(running, 'workflow', 'workflows') : `not known: ${running ?? 'not asked'}`],
      ],
      width,
    ),
  ];
}

function typeWords(type: TypeView | undefined, total: number | undefined): string {
  if (!type) return 'not known';
  const { pods, others, backlog, currentVersion } = type;
  return [
    total === undefined
      ? `polled by ${counted(others.length, 'worker', 'workers')}`
      : `polled by ${pods} of ${counted(total, 'pod', 'pods')}`,
    ...(others.length > 0 && total !== undefined ? [`and by ${listed(others)}, in none of its pods`] : []),
    ...(currentVersion === undefined ? [] : [`tasks go to version ${currentVersion}`]),
    backlogWords(backlog),
  ].join('; ');
}

function backlogWords(backlog: TypeView['backlog']): string {
  if (backlog === undefined) return 'the server does not tell the backlog';
  const { tasks, ageSeconds } = backlog;
  return tasks === 0 ? 'no backlog' : `backlog ${counted(tasks, 'task', 'tasks')}, the oldest since ${showSeconds(ageSeconds)}`;
}

function drain({ drain: found, now }: Picture, { width, paint }: TextShape): string[] {
  if (!found) return [];
  const { phase, since, policy, remaining, paused } = found;
  return [
    `${paint('bold', 'Drain')} ${phase}, for ${showAge(since, now)} (since ${since.replace(/\.\d+/, '')}), policy ${policy}`,
    ...pairs(
      [
        ['Remaining', remaining === undefined ? 'not known yet' : remainingWords(remaining, found)],
        ['Deadline', deadlineWords(found, now)],
        ['Paused', paused.length === 0 ? 'no Schedule' : listed(paused, 5)],
      ],
      width,
    ),
  ];
}

function remainingWords(remaining: number, { startedSince = 0 }: DrainView): string {
  const late = startedSince > 0 ? `, ${startedSince} of them started since it began` : '';
  return `${counted(remaining, 'workflow', 'workflows')}${late}`;
}

function deadlineWords({ deadline }: DrainView, now: string): string {
  if (deadline === undefined) return 'none';
  const isOver = Date.parse(deadline) <= Date.parse(now);
  const away = isOver ? `over since ${showAge(deadline, now)}` : `in ${showAge(now, deadline)}`;
  return `${away} (${deadline.replace(/\.\d+/, '')})`;
}

function slaChecks({ slaChecks: found, now }: Picture, { width, paint }: TextShape): string[] {
  if (!found) return [];
  const rows = found.map(({ name, breaching, severity, maxDuration, workflowType, checkedAt }) => [
    name,
    breaching === undefined ? '-' : breaching > 0 ? paint('red', String(breaching)) : '0',
    maxDuration ?? '-',
    severity ?? '-',
    checkedAt === undefined ? 'not yet' : `${showAge(checkedAt, now)} ago`,
    workflowType ?? 'all',
  ]);
  const headings = ['CHECK', 'TOO LONG', 'LIMIT', 'SEVERITY', 'CHECKED', 'WORKFLOWS'];
  const title = found.some(({ isSuspended }) => isSuspended) ? 'Service levels, suspended while draining' : 'Service levels';
  return [paint('bold', title), ...indented(columns([headings, ...rows], inner(width)))];
}

function events({ events: found, now }: Picture, { width, paint }: TextShape): string[] {
  if (typeof found === 'string') return [paint('bold', 'Events'), ...unread(found, width)];
  if (found.length === 0) return [paint('bold', 'Events'), '  none of the last hour'];
  const rows = found.map(({ at, times, type, kind, name, reason, message }) => [
    `${showAge(at, now)} ago`,
    type === 'Warning' ? paint('yellow', type) : type,
    `${kind}/${name}`,
    times > 1 ? `${reason} ×${times}` : reason,
    message,
  ]);
  return [paint('bold', 'Events'), ...indented(columns(rows, inner(width)))];
}

function whatToDo({ steps }: Picture, { width, paint }: TextShape): string[] {
  const title = paint('bold', 'What to do next');
  if (steps.length === 0) return [title, '  Nothing: all is well.'];
  return [
    title,
    ...steps.flatMap(({ reason, text, command }, at) => [
      ...wrapped(`${at + 1}. ${reason}: ${text}`, 2, width),
      // A command is never broken: it is to be copied.
      ...(command === undefined ? [] : [`     $ ${command}`]),
    ]),
  ];
}

function unread(why: string, width: number | undefined): string[] {
  return wrapped(`cannot be read: ${why}`, 2, width);
}

function pairs(entries: readonly (readonly [string, string])[], width: number | undefined): string[] {
  return indented(columns(entries, inner(width)));
}

function inner(width: number | undefined): number | undefined {
  return width === undefined ? undefined : Math.max(width - 2, 20);
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}

/** What begins with an arrow or a number goes on below its first word. */
function wrapped(text: string, indent: number, width: number | undefined): string[] {
  if (text === '') return [];
  const hanging = /^(→|\d\.) /.exec(text)?.[0].length ?? 0;
  const room = width === undefined ? undefined : Math.max(width - indent - hanging, 20);
  return wrap(text, room).map((line, at) => ' '.repeat(indent + (at > 0 ? hanging : 0)) + line);
}
