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

/** What fits into the status. Those beyond run on, are counted, and waited for. */
const mostSchedules = 2_000;
const longestNote = 4_000;

/** The intent goes into the status before anything is paused, so that a note is never lost. */
export function pauseSchedules(seen: readonly SeenSchedule[] | undefined, known: readonly PausedSchedule[], mark: Mark): Scheduled {
  if (!seen) return { schedules: known, effects: [], isDone: false };
  const byId = new Map(known.map((one) => [one.id, one]));
  for (const one of seen) {
    const before = byId.get(one.id);
    // The note of one that is not paused is its own, whoever resumed it.
    if (before ? !one.paused : byId.size < mostSchedules) byId.set(one.id, recorded(one, mark));
  }
  const effects = seen.flatMap(({ id, paused }): Effect[] => {
    const entry = byId.get(id);
    return entry && !entry.wasPaused && !paused ? [{ kind: 'Pause', scheduleId: id, note: noteOf(mark, entry.note) }] : [];
  });
  return { schedules: [...byId.values()], effects, isDone: effects.length === 0 };
}

/** Only what is paused with our note is ours; whoever has touched it since knows better. */
export function resumeSchedules(seen: readonly SeenSchedule[] | undefined, known: readonly PausedSchedule[], mark: Mark): Scheduled {
  if (!seen) return { schedules: known, effects: [], isDone: false };
  const byId = new Map(known.map((one) => [one.id, one]));
  const effects = seen.flatMap(({ id, paused, note }): Effect[] => {
    const original = paused ? originalNote(note, mark) : undefined;
    return original === undefined ? [] : [{ kind: 'Resume', scheduleId: id, note: byId.get(id)?.note ?? original }];
  });
  return { schedules: known, effects, isDone: effects.length === 0 };
}

/** One that has our note was paused by this drain, though the status does not say so: it was lost. */
function recorded({ id, paused, note, buffered }: SeenSchedule, mark: Mark): PausedSchedule {
  const original = paused ? originalNote(note, mark) : undefined;
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
