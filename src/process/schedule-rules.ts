/** The rules of `spec.slaChecks` and `spec.cleanups`. */
import { parseDuration } from '../duration.ts';
import { everywhere, path, type Rule, type Value } from './rule.ts';

/** Names in cron expressions, as numbers. */
const cronNames = new Map(
  ['sun mon tue wed thu fri sat', '. jan feb mar apr may jun jul aug sep oct nov dec'].flatMap((names) =>
    names.split(' ').map((name, at) => [name, at] as const),
  ),
);
const cronNumber = (text: string): number => cronNames.get(text) ?? Number(text);

/** Every `FROM-TO` of a cron expression that has the right form. */
function areRangesForward(schedule: string): boolean {
  const ranges = schedule.toLowerCase().match(/[0-9a-z]+-[0-9a-z]+/g) ?? [];
  return ranges.every((range) => {
    const [from, to] = range.split('-').map(cronNumber);
    return from! <= to!;
  });
}

/** In microseconds, so that sums of fractions are exact. */
const microseconds = (duration: string): number => Math.round(parseDuration(duration)! * 1000);

const isLongerThanZero = (duration: string): boolean => /[1-9]/.test(duration);

function areSameWorkflows(one: Value, other: Value): boolean {
  return one.workflowType === undefined || other.workflowType === undefined || one.workflowType === other.workflowType;
}

export const scheduleRules: readonly Rule[] = [
  ...everywhere(['spec.cleanups.*', 'spec.slaChecks.*'], {
    message: 'a range must not end before it begins',
    fieldPath: '.schedule',
    holds: ({ schedule }) => areRangesForward(schedule),
  }),
  {
    at: path('spec.cleanups.*'),
    message: 'must be longer than zero',
    fieldPath: '.olderThan',
    holds: ({ olderThan }) => isLongerThanZero(olderThan),
  },
  {
    at: path('spec.slaChecks.*'),
    message: 'must be longer than zero',
    fieldPath: '.maxDuration',
    holds: ({ maxDuration }) => isLongerThanZero(maxDuration),
  },
  {
    at: path('spec'),
    message: 'a cleanup may not be younger than an SLA check of the same workflows: raise olderThan to its maxDuration at least',
    fieldPath: '.cleanups',
    of: ['cleanups', 'slaChecks'],
    holds: ({ cleanups = [], slaChecks = [] }) =>
      cleanups.every((cleanup: Value) =>
        slaChecks.every(
          (check: Value) => !areSameWorkflows(cleanup, check) || microseconds(cleanup.olderThan) >= microseconds(check.maxDuration),
        ),
      ),
  },
  {
    at: path('spec'),
    message: 'Temporal cannot be asked for the workflows of a task queue with quotes or backslashes: remove slaChecks and cleanups',
    fieldPath: '.temporal.taskQueue',
    of: ['temporal'],
    holds: ({ cleanups, slaChecks, temporal }) => (cleanups ?? slaChecks) === undefined || !/['"`\\]/.test(temporal?.taskQueue),
  },
];
