/** `--watch`: shows live objects as they change, until somebody ends it: in place on a terminal, else a line for each change. */
import type { Kube } from '../kube/connect.ts';
import { type Followed, followLive, type Silence } from '../live/follow.ts';
import type { Live } from '../live/objects.ts';
import type { Collection, Scope } from '../live/scope.ts';
import { problem } from '../problem.ts';
import { excerpt } from '../sidecar/words.ts';
import { untilInterrupted } from './interruption.ts';
import { openScreen } from './screen.ts';
import type { Terminal } from './terminal.ts';

export interface Watched {
  readonly kube: Kube;
  readonly scope: Scope;
  readonly collections: readonly Collection[];
  /** What was read before; it is shown first. */
  readonly first: Live;
  /** Everything, for a terminal that is so wide. */
  readonly lines: (live: Live, width: number) => readonly string[];
  /** What is new since it was called last, for a pipe. */
  readonly news: (live: Live) => readonly string[];
  /** Called with what redraws a terminal; gives what ends that. */
  readonly accompany?: (redraw: () => void, live: () => Live) => () => void;
}

/** Ages grow. */
const tickMs = 1_000;

/** 0 when it was ended by a signal, or its reader has had enough; 1 when it may not watch. */
export async function keepWatching(watched: Watched, terminal: Terminal): Promise<number> {
  const interrupted = untilInterrupted().then(() => 0);
  return terminal.isRedrawable ? watchOnScreen(watched, terminal, interrupted) : watchInLines(watched, terminal, interrupted);
}

/** The last reading that shows Processes: a server that starts may refuse them, or not know them yet. */
function lastGood(first: Live, mayNot: (silence: Silence) => void) {
  let last = first;
  return (followed: Followed): Live => {
    const silence = followed.silence();
    const live = followed.live();
    if (live && (silence === undefined || silence.kind === 'Disconnected')) last = live;
    if (silence?.kind === 'Forbidden' && !silence.wasFollowed) mayNot(silence);
    return last;
  };
}

async function watchOnScreen(watched: Watched, terminal: Terminal, interrupted: Promise<number>): Promise<number> {
  const { first, lines, accompany } = watched;
  let refusal: Silence | undefined;
  let refuse = () => {};
  const refused = new Promise<number>((resolve) => {
    refuse = () => resolve(1);
  });
  const look = lastGood(first, (silence) => {
    refusal = silence;
    refuse();
  });
  let shown = first;
  const draw = () => {
    shown = look(followed);
    const silence = followed.silence();
    const now = new Date().toISOString();
    const width = terminal.width() ?? 80;
    const told = silence ? ['', terminal.style('yellow', wordsFor(silence, shown))] : [];
    screen.show([...lines({ ...shown, now }, width), ...told]);
  };
  const screen = openScreen(() => draw());
  const followed = followLive({ ...watched, onChange: () => draw() });
  const ticker = setInterval(draw, tickMs);
  draw();
  const leave = accompany?.(draw, () => shown);
  try {
    return await Promise.race([interrupted, refused]);
  } finally {
    clearInterval(ticker);
    leave?.();
    followed.stop();
    screen.close();
    // What was seen last stays in the scrollback.
    await terminal.print(lines({ ...shown, now: new Date().toISOString() }, terminal.width() ?? 80).join('\n'));
    if (refusal) await terminal.report([forbidden(refusal)]);
  }
}

async function watchInLines(watched: Watched, terminal: Terminal, interrupted: Promise<number>): Promise<number> {
  const { first, news } = watched;
  let end: (exitCode: number) => void = () => {};
  let fail: (error: Error) => void = () => {};
  const ended = new Promise<number>((resolve, reject) => {
    [end, fail] = [resolve, reject];
  });
  let refusal: Silence | undefined;
  const look = lastGood(first, (silence) => {
    refusal = silence;
    end(1);
  });
  let wasSilent = false;
  let writing = Promise.resolve();
  const write = (work: () => Promise<void>) => {
    writing = writing.then(work).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') end(0);
      else fail(error);
    });
  };
  const tell = (live: Live) => {
    for (const line of news(live)) write(() => terminal.print(line));
  };
  tell(first);
  const followed: Followed = followLive({
    ...watched,
    onChange: () => {
      const live = look(followed);
      const silence = followed.silence();
      if (silence && !wasSilent && !refusal) write(() => terminal.remark(wordsFor(silence, live)));
      if (!silence && wasSilent) write(() => terminal.remark('the API server answers again'));
      wasSilent = silence !== undefined;
      tell(live);
    },
  });
  try {
    return await Promise.race([interrupted, ended]);
  } finally {
    followed.stop();
    await writing;
    if (refusal) await terminal.report([forbidden(refusal)]);
  }
}

function wordsFor({ kind, message }: Silence, { now }: Live): string {
  const what = { Forbidden: 'refuses', Absent: 'does not know Processes', Disconnected: 'does not answer' }[kind];
  return `the API server ${what}: ${excerpt(message)}; this is from ${now.replace(/\.\d+/, '')}`;
}

function forbidden({ message }: Silence) {
  return problem('ClusterForbidden', `--watch needs the right to watch: ${message}; have it granted, or leave out --watch`);
}
