/** What a rule that spans fields is, and the few words in which rules are written. */
import type { Reason } from '../problem.ts';

// biome-ignore lint/suspicious/noExplicitAny: the schema has been checked before a rule sees a value; `holds` reads it as CEL does
export type Value = any;

export interface Rule {
  /** Where the values are that it judges; `*` is any entry of a list. */
  readonly at: readonly string[];
  readonly message: string;
  /** The field that is named, below that place. */
  readonly fieldPath?: string;
  readonly reason?: Reason;
  /** The fields that it reads, where those are not all: it judges though others are wrong. */
  readonly of?: readonly string[];
  readonly holds: (value: Value) => boolean;
}

/** A rule about a change; it does not judge a Process that is new. */
export interface TransitionRule extends Omit<Rule, 'holds'> {
  readonly holds: (value: Value, before: Value) => boolean;
}

export const has = (value: Value, key: string): boolean => value[key] !== undefined;
export const path = (text: string): string[] => text.split('.');

/** One rule for each of the places. */
export function everywhere(places: readonly string[], rule: Omit<Rule, 'at'>): Rule[] {
  return places.map((place) => ({ at: path(place), ...rule }));
}
