/** Verifies a rendered stream: plain manifests as they are about to be applied. Pure. */

import { groupBy } from '../group-by.ts';
import { annotation } from '../names.ts';
import { type Problem, problem, type ResourceRef } from '../problem.ts';
import { type Pin, parseProcess } from '../process.ts';
import { isGenerated, isProcessKind } from '../render/located.ts';
import { annotationOf, identityOf, type Resource, referTo } from '../resource.ts';
import { findingsOf, type Outcome } from './outcome.ts';
import { notRendered, type RenderedCheck, renderedChecks } from './rendered-checks.ts';
import type { Rendered } from './rendered-process.ts';
import { type Subject, subjectsOf } from './subject.ts';

const ofPinned = Object.entries<RenderedCheck>(renderedChecks);

/** Nothing to look at where there is no Deployment. */
const ofDeployments = new Set<string>(['spec', 'image', 'rollout', 'selector', 'env', 'mount', 'secrets', 'schedules', 'rights']);

/** Everything that is wrong with a stream in which Processes should have been rendered. Empty: it may be applied. */
export function verifyRendered(items: readonly Resource[]): Problem[] {
  return findingsOf(checkRendered(items));
}

/** Each check of each Process, then those of the whole stream. */
export function checkRendered(items: readonly Resource[]): Outcome[] {
  const { subjects, orphans } = subjectsOf(items);
  return [
    ...subjects.flatMap(checkSubject),
    { check: 'owned', problems: orphans.map(orphan) },
    { check: 'unique', problems: duplicates(items) },
  ];
}

/** Each check of one Process. */
export function checkSubject(subject: Subject): Outcome[] {
  const process = referTo(subject.item);
  const parsed = parseProcess(subject.item);
  const problems = 'problems' in parsed ? parsed.problems : [];
  const invalid = problems.filter(({ reason }) => reason !== 'PinMismatch');
  const pin = 'process' in parsed ? parsed.process.spec.definitionRef.pin : undefined;
  const outcomes: Outcome[] = [
    { check: 'valid', process, problems: invalid },
    { check: 'pinned', process, problems: invalid.length > 0 ? undefined : pinProblems(process, problems, pin) },
  ];
  if ('problems' in parsed || !pin)
    return [...outcomes, ...ofPinned.map(([check]) => ({ check, process, problems: unchecked(check, subject) }))];
  const { retained = [] } = parsed.process.spec.definitionRef;
  const seen: Rendered = { ...subject, process: parsed.process, pin, retained };
  const isChecked = (check: string) => seen.deployments.length > 0 || !ofDeployments.has(check);
  return [...outcomes, ...ofPinned.map(([check, run]) => ({ check, process, problems: isChecked(check) ? run(seen) : undefined }))];
}

function pinProblems(process: ResourceRef, mismatches: readonly Problem[], pin: Pin | undefined): readonly Problem[] {
  if (pin || mismatches.length > 0) return mismatches;
  const message = 'is missing, so nobody knows what its workers run; run `ameide-process pin DIR`, commit and render';
  return [problem('PinMissing', message, { resource: process, field: { path: 'spec.definitionRef.pin' } })];
}

/** Nothing can be compared with a Process that is broken or has no pin; but that it has no workers is told in any case. */
function unchecked(check: string, { item, deployments }: Subject): Problem[] | undefined {
  return check === 'workers' && deployments.length === 0 ? [notRendered(item)] : undefined;
}

function orphan(item: Resource): Problem {
  const path = `metadata.annotations[${annotation.generatedFor}]`;
  const owner = annotationOf(item, annotation.generatedFor);
  const message = `was generated for Process "${owner}", which is not in the stream; remove both or neither, and render again`;
  return problem('RenderBroken', message, { resource: referTo(item), field: { path, currentValue: owner } });
}

/** Of two objects with one identity the last one applied wins; other people's are their business. */
function duplicates(items: readonly Resource[]): Problem[] {
  return [...groupBy(items, identityOf).values()].flatMap((same) => {
    if (same.length < 2 || !same.some((item) => isProcessKind(item) || isGenerated(item))) return [];
    const reason = isProcessKind(same[0]!) ? 'ProcessDuplicate' : 'RenderBroken';
    return [
      problem(reason, `is in the stream ${same.length} times, and the last one applied wins; rename or remove`, {
        resource: referTo(same[0]!),
      }),
    ];
  });
}
