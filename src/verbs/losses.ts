/** What is lost when a Process is released now, by what its status says. Pure. */
import { type Resource, valueAt } from '../resource.ts';
import { readDrain } from '../sidecar/drain/status.ts';
import { previousConditions } from '../sidecar/previous.ts';
import { counted, excerpt, listed } from '../sidecar/words.ts';

/** One line each, for a person who is about to decide. */
export function losses(process: Resource): string[] {
  const drain = readDrain(process);
  const conditions = previousConditions(process.status);
  const queue = `task queue "${excerpt(String(valueAt(process, 'spec', 'temporal', 'taskQueue')))}"`;
  const drained = conditions.get('Drained');
  const unknown = drained?.status === 'Unknown' ? drained : undefined;
  if (!drain) return [`nobody has looked what runs on ${queue}: whatever runs there loses its workers and its definitions`];
  const { remaining, schedules } = drain;
  const ours = schedules.filter(({ wasPaused }) => !wasPaused).map(({ id }) => id);
  return [
    workflows(remaining, queue),
    ...(unknown ? [`that was true when Temporal answered last: ${excerpt(unknown.message)}`] : []),
    ...(ours.length > 0 ? [`${counted(ours.length, 'Schedule stays', 'Schedules stay')} paused: ${listed(ours)}`] : []),
  ];
}

function workflows(remaining: number | undefined, queue: string): string {
  if (remaining === undefined) return `it is not known what runs on ${queue}: whatever runs there loses its workers and its definitions`;
  if (remaining === 0) return `no workflow was found on ${queue}, which is being confirmed`;
  return `${counted(remaining, 'workflow runs', 'workflows run')} on ${queue} and will have no workers and no definitions: until others are there, nothing of them goes on`;
}
