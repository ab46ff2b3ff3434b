/** The conditions that a status has now, read without trusting it: it is data of the cluster. */
import { isObject } from '../resource.ts';

export interface PreviousCondition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  /** As it stands there; '' when it is no time. */
  readonly lastTransitionTime: string;
}

export function previousConditions(status: unknown): ReadonlyMap<string, PreviousCondition> {
  const list = isObject(status) && Array.isArray(status.conditions) ? status.conditions : [];
  return new Map(list.filter(isObject).map((condition) => [text(condition.type), read(condition)]));
}

function read(condition: Readonly<Record<string, unknown>>): PreviousCondition {
  const time = text(condition.lastTransitionTime);
  return {
    type: text(condition.type),
    status: text(condition.status),
    reason: text(condition.reason),
    message: text(condition.message),
    lastTransitionTime: Number.isNaN(Date.parse(time)) ? '' : time,
  };
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
