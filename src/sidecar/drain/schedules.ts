/** Schedules of the queue: which are to be paused, and which are ours to resume, with the note that they had. Pure. */
import type { SeenSchedule } from '../../temporal/drain/drain-port.ts';
import type { DrainInput, Effect, PausedSchedule } from './drain.ts';

export interface Scheduled {
  readonly schedules: readonly PausedSchedule[];
  readonly effects: readonly Effect[];
  /** Seen to be as it should be; false as well where nothing was looked at. */
  readonly isDone: boolean;
}

type Mark = DrainInput['process'];

/** What fits into the status, which is for people: what is restored is told by the notes at Temporal. */
const mostSchedules = 500;
const longestNote = 1_000;

/** Each is recorded before it is paused, and its note is kept twice: in the status, and in the note that it gets. */
export function pauseSchedules(seen: readonly SeenSchedule[] | undefined, known: readonly PausedSchedule[], mark: Mark): Scheduled {
  if (!seen) return { schedules: known, effects: [], isDone: false };
  const byId = new Map(known.map((one) => [one.id, one]));
  for (const one of seen) {
    const before = byId.get(one.id);
    // The note of one that is not paused is its own, whoever resumed it.
    if (before ? !one.paused : byId.size < mostSchedules) byId.set(one.id, recorded(one, mark));
  }
  const effects = seen.flatMap(({ id, paused, note }): Effect[] =>
    paused ? [] : [{ kind: 'Pause', scheduleId: id, note: noteOf(mark, originalNote(note, mark) ?? note) }],
  );
  return { schedules: [...byId.values()], effects, isDone: effects.length === 0 };
}

/** Only what is paused with our note is ours; whoever has touched it since knows better. */
export function resumeSchedules(seen: readonly SeenSchedule[] | undefined, known: readonly PausedSchedule[], mark: Mark): Scheduled {
  if (!seen) return { schedules: known, effects: [], isDone: false };
  const effects = seen.flatMap(({ id, paused, note }): Effect[] => {
    const original = paused ? originalNote(note, mark) : undefined;
    return original === undefined ? [] : [{ kind: 'Resume', scheduleId: id, note: original }];
  });
  return { schedules: known, effects, isDone: effects.length === 0 };
}

/** One that has our note was paused by this drain, though the status does not say so: it was lost. */
function recorded({ id, paused, note, buffered }: SeenSchedule, mark: Mark): PausedSchedule {
  const original = originalNote(note, mark);
  return {
    id,
    note: (original ?? note).slice(0, longestNote),
    wasPaused: paused && original === undefined,
    buffered: paused ? 0 : buffered,
  };
}

/** Who reads the Schedule learns who paused it and what its note was. */
function noteOf(mark: Mark, note: string): string {
  return `${prefixOf(mark)}${note}`;
}

function originalNote(note: string, mark: Mark): string | undefined {
  const prefix = prefixOf(mark);
  return note.startsWith(prefix) ? note.slice(prefix.length) : undefined;
}

function prefixOf({ key, uid }: Mark): string {
  return `Paused by ameide-process, which drains Process ${key} (${uid}). Before: `;
}
