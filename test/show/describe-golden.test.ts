/** Golden text of `describe`: an observation, the status that follows from it, what Temporal answers and what happened → what a person reads. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { annotation } from '../../src/names.ts';
import type { Resource } from '../../src/resource.ts';
import { pictureOf } from '../../src/show/picture.ts';
import { pictureLines } from '../../src/show/picture-text.ts';
import type { Source } from '../../src/show/source.ts';
import { decide } from '../../src/sidecar/decide.ts';
import type { Observation } from '../../src/sidecar/observation.ts';
import type { QueueLook } from '../../src/temporal/look-at-queue.ts';
import { golden } from '../golden.ts';
import { root } from '../testbed/parts.ts';

interface Case {
  /** A case of test/cases/status: what the sidecar saw. */
  readonly observation: string;
  readonly width?: number;
  /** Of Temporal's answer, beside the pollers; a text: why it was not asked. */
  readonly look?: Partial<QueueLook> | string;
  readonly events?: readonly Resource[];
  readonly unreadable?: Readonly<Record<string, string>>;
  /** Merged into the status. */
  readonly status?: object;
  readonly metadata?: object;
  readonly spec?: object;
}

golden(
  join(root, 'test/cases/describe'),
  async (input) => {
    const picture = pictureOf(sourceIn(load(input) as Case));
    const { width } = load(input) as Case;
    const lines = pictureLines(picture, { width, paint: (_, text) => text });
    return { output: `${lines.join('\n')}\n`, stderr: '' };
  },
  'expected.txt',
);

function sourceIn({ observation, look, events = [], unreadable = {}, status = {}, metadata = {}, spec = {} }: Case): Source {
  const seen = load(readFileSync(join(root, 'test/cases/status', observation, 'input.yaml'), 'utf8')) as Observation;
  const { process, deployment, canary, pods, now } = seen;
  const own = { creationTimestamp: '2026-11-20T12:00:00Z', ...(process.metadata as object), ...metadata };
  const after = {
    ...process,
    metadata: own,
    spec: { ...(process.spec as object), ...spec },
    status: { ...decide(seen).status, ...status },
  };
  return {
    now,
    process: after,
    deployments: [...(deployment ? [{ seen: deployment }] : []), ...(canary ? [{ seen: canary, track: 'canary' as const }] : [])],
    pods: pods.map((pod) => ({ seen: pod, ...(pod.track && { track: pod.track }) })),
    events,
    look: typeof look === 'string' ? look : answer(seen, look),
    unreadable,
  };
}

function answer({ temporal, now }: Observation, look: Partial<QueueLook> = {}): QueueLook | string {
  if (!temporal) return `not asked: nothing says where (${annotation.generatedFor})`;
  const { address, namespace, taskQueue, queue } = temporal;
  const { workflowPollers = [], activityPollers = [], currentVersion } = queue ?? {};
  const nothing = { askedAt: now, tasks: 0, ageSeconds: 0 };
  const version = currentVersion !== undefined && { currentVersion };
  return {
    ...{ address, namespace, taskQueue, askedAt: now, namespaceState: 'Registered', running: 0 },
    ...look,
    workflow: { pollers: workflowPollers, backlog: nothing, ...version, ...look.workflow },
    activity: { pollers: activityPollers, backlog: nothing, ...look.activity },
  };
}
