/**
 * Who still needs the definitions that a Process retains: a slow question, asked seldom and after everything else. One zero is no proof (a
 * workflow that just continues as new is not counted for a moment), so each is asked for again.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { SeenRetained } from '../sidecar/observation.ts';
import type { Agenda } from './agenda.ts';
import { countOfChecksum } from './drain/open-drain-port.ts';
import type { Queue } from './drain/running.ts';
import type { DescribedSchedule, ScheduleBook } from './drain/schedules.ts';
import { TemporalError } from './failure.ts';

export interface RetainedQuestion {
  /** From now on these checksums are asked about; undefined: none, for now, and what was answered is no longer so. */
  want(checksums: readonly string[] | undefined): void;
  /** Undefined: not answered yet. */
  seen(): SeenRetained | undefined;
  close(): void;
}

export interface RetainedQuestionOptions {
  readonly queue: Queue;
  readonly schedules: ScheduleBook;
  readonly agenda: Agenda;
  /** Between two questions. */
  readonly intervalMs: number;
  readonly onChange: () => void;
}

const firstMs = 1_000;
const failedMs = 30_000;
/** An answer that is older than this says nothing any more. */
const answerForMs = 900_000;
const zerosInARow = 3;
const zerosApartMs = 2_500;

export function askAboutRetained({ queue, schedules, agenda, intervalMs, onChange }: RetainedQuestionOptions): RetainedQuestion {
  let wanted: readonly string[] | undefined;
  let seen: SeenRetained | undefined;
  let isClosed = false;

  /** Something else is wanted meanwhile: whoever asks stops. */
  const isOver = (checksums: readonly string[]) => isClosed || wanted !== checksums;
  const learn = (answer: SeenRetained) => {
    const isNews = JSON.stringify({ ...seen, askedAt: '' }) !== JSON.stringify({ ...answer, askedAt: '' });
    seen = answer;
    if (isNews) onChange();
  };
  const learnFromFailure = (error: unknown) => {
    const { kind, message } = error instanceof TemporalError ? error : new TemporalError('Other', String(error));
    const isLasting = kind === 'AttributeMissing' || kind === 'NotQueryable';
    // What was learnt stands for a while when a question fails now and then.
    if (!isLasting && seen?.running && Date.now() - Date.parse(seen.askedAt) < answerForMs) return;
    learn({ askedAt: new Date().toISOString(), failure: isLasting ? kind : 'NotAnswered', message });
  };
  const look = async () => {
    const checksums = wanted;
    if (!checksums) return;
    let pauseMs = intervalMs;
    try {
      const answer = await answerFor(queue, schedules, { checksums, isOver: () => isOver(checksums) });
      if (answer && !isOver(checksums)) learn(answer);
    } catch (error) {
      if (!isOver(checksums)) learnFromFailure(error);
      pauseMs = Math.min(failedMs, intervalMs);
    }
    if (!isOver(checksums)) agenda.at(performance.now() + pauseMs * (0.9 + Math.random() / 5), start);
  };
  const start = () => void look();
  return {
    want: (checksums) => {
      if (isSameList(wanted, checksums)) return;
      wanted = checksums;
      seen = undefined;
      agenda.drop(start);
      if (checksums) agenda.at(performance.now() + firstMs, start);
    },
    seen: () => seen,
    close: () => {
      isClosed = true;
      agenda.drop(start);
    },
  };
}

function isSameList(a: readonly string[] | undefined, b: readonly string[] | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && a.join() === b.join());
}

interface Asked {
  readonly checksums: readonly string[];
  readonly isOver: () => boolean;
}

/** Undefined: nobody wants to know any more. Throws a TemporalError. */
async function answerFor(queue: Queue, book: ScheduleBook, { checksums, isOver }: Asked): Promise<SeenRetained | undefined> {
  const askedAt = new Date().toISOString();
  const running: Record<string, number> = {};
  let unnamed = 0;
  for (let round = 0; round < zerosInARow; round++) {
    if (round > 0) await delay(zerosApartMs, undefined, { ref: false });
    for (const checksum of checksums) {
      if (isOver()) return;
      // Who is needed once is needed.
      if ((running[checksum] ?? 0) === 0) running[checksum] = await countOfChecksum(queue, checksum);
    }
    if (Object.values(running).every((count) => count > 0)) break;
    if (unnamed === 0) unnamed = await countOfChecksum(queue, null);
  }
  const described = await book.ofQueue(queue.ask, queue.taskQueue);
  const schedules = Object.fromEntries(
    checksums.flatMap((checksum) => {
      const [id] = [...described].find(([, schedule]) => carries(schedule, checksum)) ?? [];
      return id === undefined ? [] : [[checksum, id]];
    }),
  );
  return { askedAt, running, unnamed, schedules };
}

/** In its search attributes or in its input, unless that is encrypted. */
function carries({ schedule }: DescribedSchedule, checksum: string): boolean {
  const { input, searchAttributes } = schedule?.action?.startWorkflow ?? {};
  const payloads = [...(input?.payloads ?? []), ...Object.values(searchAttributes?.indexedFields ?? {})];
  return payloads.some(({ data }) => data && Buffer.from(data).includes(checksum));
}
