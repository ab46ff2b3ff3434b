/** Signs of life while an activity runs, so that Temporal tells one that takes long from one that nobody does any more. */
import { heartbeat } from '@temporalio/activity';

/** Shorter than any heartbeat that a definition would name; the SDK sends only as many as are needed. */
const everyMs = 1_000;

/** Says only that this process lives: work that may hang needs a `timeout` as well. */
export async function whileAlive<T>(work: () => Promise<T>): Promise<T> {
  heartbeat();
  const beat = setInterval(heartbeat, everyMs);
  try {
    return await work();
  } finally {
    clearInterval(beat);
  }
}
