/** An item whose YAML cannot be edited in place, as a finding: whose it is, and what a person writes instead. */
import { type Problem, problem } from '../problem.ts';
import { type Resource, referTo } from '../resource.ts';
import type { NotEditableError } from '../yaml/edit.ts';
import { fileOf } from './located.ts';

export function notEditable({ message, item }: NotEditableError, items: readonly Resource[]): Problem {
  const resource = item === undefined ? undefined : items[item];
  const where = resource && { resource: referTo(resource), ...fileOf(resource) };
  return problem('NotEditable', `${message}; write it out as a plain mapping`, where);
}
