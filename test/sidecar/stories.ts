/** Faults as stories: each has Processes of its own on one bed; all are told at the same time, and one Process stays as it is throughout. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { concurrencyLimit } from '../../src/definition/concurrency-limit.ts';
import type { KubeObject } from '../testbed/api.ts';
import { apply } from '../testbed/apply.ts';
import { type LiveBed, type LiveBedOptions, openLiveBed, processOf, render, theOne } from './live-bed.ts';
import type { Expected, LiveStatus } from './live-statuses.ts';

export interface Story {
  readonly title: string;
  /** The Processes that it needs: by name, what differs from the usual spec. */
  readonly processes: Readonly<Record<string, object>>;
  readonly tell: (stage: Stage) => Promise<void>;
}

export interface Stage extends LiveBed {
  /** What Git has of a Process. */
  objects(name: string): readonly KubeObject[];
  object(name: string, kind: string): KubeObject;
  /** Syncs a Process from Git, and what was changed by hand with it. */
  sync(name: string): Promise<void>;
  /** A commit: the Process has another spec now, and is rendered. Gives its objects. */
  render(name: string, change: object): readonly KubeObject[];
  /** A commit that is synced. */
  commit(name: string, change: object): Promise<void>;
  says(name: string, expected: Expected, limitMs?: number): Promise<LiveStatus>;
}

export async function becomesReady(stage: Stage, name: string): Promise<void> {
  await stage.sync(name);
  await stage.says(name, isReady);
}

export const isReady: Expected = { Ready: /^True/, Degraded: /^False/, Reconciling: null, Stalled: null };

interface Context {
  bed: LiveBed;
  told: ReadonlyMap<string, Promise<void>>;
  /** How many statuses the one in peace had when the faults began. */
  calm: number;
}

/** Workers take a second of a processor to start. */
const atATime = 8;

export function tellStories(title: string, stories: readonly Story[], options: LiveBedOptions = {}): void {
  const test = suite<Context>(title);
  test.before(async (context) => {
    context.bed = await openLiveBed(options);
    const processes = stories.flatMap((story) => Object.entries(story.processes).map(([name, change]) => processOf(name, change)));
    const stage = stageOf(context.bed, [processOf('calm'), ...processes]);
    await stage.sync('calm');
    await stage.says('calm', isReady);
    context.calm = context.bed.statuses.of('calm').length;
    const limit = concurrencyLimit(atATime);
    context.told = new Map(stories.map((story) => [story.title, limit(() => story.tell(stage))]));
    for (const told of context.told.values()) told.catch(() => {});
  });
  test.after(async ({ bed }) => {
    await bed?.stop();
  });
  for (const story of stories) test(story.title, ({ told }) => told.get(story.title)!);
  test('meanwhile a Process in peace was not written once, and no write failed', async ({ bed, calm }) => {
    const words = bed.statuses
      .of('calm')
      .slice(calm - 1)
      .map(({ at: _, ...status }) => JSON.stringify(status, null, 1));
    assert.is(words.length, 1, words.join('\n'));
    assert.is(await bed.sidecar.metric('process_sidecar_status_writes_total', { result: 'failed' }), 0);
  });
  test.run();
}

function stageOf(bed: LiveBed, processes: readonly KubeObject[]): Stage {
  let git = render(bed, processes);
  const objects = (name: string) => {
    const found = git.get(name);
    if (!found) throw new Error(`Git has no Process ${name}, only ${[...git.keys()].join(', ')}`);
    return found;
  };
  const sync = async (name: string) => {
    await apply(bed.plane, objects(name));
  };
  const change = (name: string, to: object) => {
    git = render(bed, [processOf(name, to)]);
    return objects(name);
  };
  return {
    ...bed,
    objects,
    object: (name, kind) => theOne(objects(name), kind),
    sync,
    render: change,
    commit: async (name, to) => {
      change(name, to);
      await sync(name);
    },
    says: (name, expected, limitMs) => bed.statuses.untilSays(name, expected, limitMs),
  };
}
