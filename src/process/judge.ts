/** Applies the rules that span fields, and the uniqueness of named lists, to a Process whose form has been checked. */
import { listMaps } from '../gen/validate-process.ts';
import { type Problem, problem } from '../problem.ts';
import { isObject } from '../resource.ts';
import type { Rule } from './rule.ts';
import { rules, transitionRules } from './rules.ts';

/** Whether the value at a JSON pointer, with all that is in it, has the right form. */
type IsSound = (pointer: string) => boolean;

/** What is to be judged where; one walk over a Process finds all of it, and only what is there is walked. */
interface Step {
  readonly rules: Rule[];
  readonly keys: (readonly string[])[];
  readonly next: Map<string, Step>;
}

const start = planWalk();

/** Broken rules and, in named lists, entries that have one name: the API server takes such a list for a map. */
export function judgeProcess(root: unknown, isSound: IsSound): Problem[] {
  const problems: Problem[] = [];
  visit(start, root, '', '', (step, value, path, pointer) => {
    if (isSound(pointer)) for (const keys of step.keys) problems.push(...duplicates(value, keys, path));
    for (const rule of step.rules) {
      const read = rule.of?.map((field) => `${pointer}/${field}`) ?? [pointer];
      if (read.every(isSound) && !rule.holds(value)) problems.push(broken(rule, path));
    }
  });
  return problems;
}

/** What the API server refuses about a change of two Processes that are valid by themselves. */
export function judgeUpdate(before: Readonly<Record<string, unknown>>, after: Readonly<Record<string, unknown>>): Problem[] {
  const at = (root: unknown, path: readonly string[]) =>
    path.reduce<unknown>((value, key) => (isObject(value) ? value[key] : undefined), root);
  return transitionRules
    .filter((rule) => !rule.holds(at(after, rule.at), at(before, rule.at)))
    .map((rule) => broken(rule, rule.at.join('.')));
}

function planWalk(): Step {
  const root: Step = { rules: [], keys: [], next: new Map() };
  const stepAt = (at: readonly string[]): Step =>
    at.reduce<Step>((step, key) => {
      const next: Step = step.next.get(key) ?? { rules: [], keys: [], next: new Map() };
      step.next.set(key, next);
      return next;
    }, root);
  for (const { at, keys } of listMaps) stepAt(at).keys.push(keys);
  for (const rule of rules) stepAt(rule.at).rules.push(rule);
  return root;
}

/** Paths are in Kubernetes' notation. */
function visit(
  step: Step,
  value: unknown,
  path: string,
  pointer: string,
  judge: (step: Step, value: unknown, path: string, pointer: string) => void,
): void {
  if (step.rules.length > 0 || step.keys.length > 0) judge(step, value, path, pointer);
  for (const [key, next] of step.next) {
    if (key !== '*') {
      if (isObject(value) && value[key] !== undefined) visit(next, value[key], path ? `${path}.${key}` : key, `${pointer}/${key}`, judge);
    } else if (Array.isArray(value)) {
      for (const [index, entry] of value.entries()) visit(next, entry, `${path}[${index}]`, `${pointer}/${index}`, judge);
    }
  }
}

function broken(
  { message, fieldPath = '', reason = 'FieldInvalid' }: Pick<Rule, 'message' | 'fieldPath' | 'reason'>,
  path: string,
): Problem {
  return problem(reason, message, { field: { path: `${path}${fieldPath}` } });
}

function duplicates(list: unknown, keys: readonly string[], path: string): Problem[] {
  const first = new Map<string, number>();
  return (list as readonly Readonly<Record<string, unknown>>[]).flatMap((entry, index) => {
    const name = keys.map((key) => String(entry[key])).join(', ');
    const earlier = first.get(name);
    if (earlier === undefined) {
      first.set(name, index);
      return [];
    }
    const field = { path: `${path}[${index}].${keys[0]}`, currentValue: name };
    return [problem('FieldInvalid', `"${name}" is there twice, first as entry ${earlier}: remove or rename one`, { field })];
  });
}
