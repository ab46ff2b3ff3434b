/** Why a sweep ends nothing: the Process leaves, the live spec is not what Git says, or others use the queue, or may. Pure. */

import { keyOf } from '../kube/object-key.ts';
import { annotation, specHash } from '../names.ts';
import { type Problem, problem } from '../problem.ts';
import type { Process } from '../process.ts';
import { annotationOf, type Resource, referTo, valueAt } from '../resource.ts';
import { sharing } from '../sidecar/drain/sharers.ts';
import { wantedDrain } from '../sidecar/drain/wanted.ts';
import { listed } from '../sidecar/words.ts';

export interface SweepSubject {
  /** As it is stored now. */
  readonly live: Resource;
  readonly process: Process;
  /** All Processes of its namespace, itself among them. */
  readonly neighbours: readonly Resource[];
  /** The Temporal that it would ask, HOST:PORT; undefined: somebody has named it by hand. */
  readonly address?: string;
}

/** Undefined: it may go. */
export function sweepRefusal({ live, process, neighbours, address: asked }: SweepSubject): Problem | undefined {
  const refused = (why: string) => ({
    ...problem('SweepRefused', `nothing is ended: ${why}`, { resource: referTo(live) }),
    severity: 'warning' as const,
  });
  if (wantedDrain(live) !== 'Off') return refused('the Process is drained, which handles its workflows as spec.drain says');
  const rendered = annotationOf(live, annotation.renderedFrom);
  if (rendered !== specHash(process.spec)) return refused('the live spec is not what was rendered; render, commit and sync');
  const isCurrent = valueAt(live, 'status', 'observedGeneration') === valueAt(live, 'metadata', 'generation');
  const address = textAt(live, 'status');
  const others = told(live);
  if (!isCurrent || address === undefined || !others)
    return refused(
      'the sidecar has not said yet who else uses the task queue; see that it runs and watches the namespace (deploy/sidecar)',
    );
  if (asked !== undefined && asked !== address)
    return refused(
      `it would ask the Temporal at ${asked}, and its workers poll ${address}; if both are one, name --temporal-address ${asked}`,
    );
  const all = [...new Set([...sharersOf(live, address, neighbours), ...others])].sort();
  if (all.length > 0) return refused(`its task queue is shared with ${listed(all)}`);
  return;
}

/** Those of its namespace, as they are now. */
function sharersOf(live: Resource, address: string, neighbours: readonly Resource[]): string[] {
  const all = new Map([...neighbours, live].map((one) => [keyOf(one), one] as const));
  const addressOf = (other: Resource) => textAt(other, 'status') ?? textAt(other, 'spec');
  return sharing(keyOf(live), address, all, addressOf).map(([name]) => name);
}

/** Those of all namespaces that the sidecar watches, as it saw them last; undefined: it does not say, because it does not know, or is an older one. */
function told(live: Resource): string[] | undefined {
  const names = valueAt(live, 'status', 'temporal', 'sharedWith');
  return Array.isArray(names) ? names.filter((name) => typeof name === 'string') : undefined;
}

function textAt(process: Resource, part: 'spec' | 'status'): string | undefined {
  const found = valueAt(process, part, 'temporal', 'address');
  return typeof found === 'string' && found !== '' ? found : undefined;
}
