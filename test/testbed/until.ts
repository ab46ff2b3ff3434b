/** Waits for what a test expects to come true, and when it does not, says what was seen last. */

import { setTimeout as delay } from 'node:timers/promises';

export interface Expectation<T> {
  /** What is awaited, to follow "waited 15 s for". */
  readonly what: string;
  /** Looks once. A throw is seen, too, and may pass. */
  readonly look: () => Promise<T> | T;
  readonly isSo: (seen: T) => boolean;
  readonly limitMs?: number;
}

/** The first thing seen that is as expected. */
export async function until<T>({ what, look, isSo, limitMs = 15_000 }: Expectation<T>): Promise<T> {
  const started = Date.now();
  for (;;) {
    const seen = await attempt(look);
    if ('value' in seen && isSo(seen.value)) return seen.value;
    if (Date.now() - started > limitMs) {
      const last = 'value' in seen ? JSON.stringify(seen.value, null, 1) : String(seen.error);
      throw new Error(`waited ${limitMs / 1000} s for ${what}. Seen last: ${last}`);
    }
    await delay(50);
  }
}

async function attempt<T>(look: () => Promise<T> | T): Promise<{ value: T } | { error: unknown }> {
  try {
    return { value: await look() };
  } catch (error) {
    return { error };
  }
}
