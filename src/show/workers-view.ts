/** The workers of a Process: its Deployments, and each pod with what it polls. Pure. */
import { specHash } from '../names.ts';
import type { SeenDeployment, SeenPod } from '../sidecar/observation.ts';
import { podOf } from '../sidecar/pollers.ts';
import { excerpt } from '../sidecar/words.ts';
import type { QueueLook } from '../temporal/look-at-queue.ts';
import type { Source } from './source.ts';

export interface WorkersView {
  /** A text: why they may not be read. */
  readonly deployments: readonly DeploymentView[] | string;
  readonly pods: readonly PodView[] | string;
}

export interface DeploymentView extends Pick<SeenDeployment, 'name' | 'desired' | 'ready' | 'updated' | 'paused'> {
  /** `canary`, where it is one. */
  readonly track?: string;
  /** It was rendered from the live spec. */
  readonly isAsRendered: boolean;
}

export interface PodView extends Pick<SeenPod, 'name' | 'phase' | 'isReady' | 'restarts' | 'createdAt'> {
  readonly track?: string;
  readonly isDeleting: boolean;
  /** In a few words, why it does not work; absent: nothing is known. */
  readonly trouble?: string;
  readonly lastExit?: { readonly exitCode: number; readonly reason?: string; readonly message?: string; readonly finishedAt?: string };
  /** When it last polled for workflows and for activities; absent: Temporal was not asked, or has no such entry. */
  readonly polled?: { readonly workflow?: string; readonly activity?: string };
}

export function workersView({ process, deployments, pods, look, unreadable }: Source): WorkersView {
  const hash = specHash(process.spec);
  return {
    deployments:
      unreadable.deployments ??
      deployments.map(({ seen: { name, desired, ready, updated, paused, renderedFrom }, track }) => ({
        ...{ name, desired, ready, updated, paused },
        isAsRendered: renderedFrom === hash,
        ...(track !== undefined && { track }),
      })),
    pods: unreadable.pods ?? podsOf(pods, look),
  };
}

function podsOf(pods: Source['pods'], look: Source['look']): PodView[] {
  const all = pods.map(({ seen }) => seen);
  return pods
    .map(({ seen, track }): PodView => {
      const { name, phase, isReady, restarts, createdAt, isDeleting, lastExit } = seen;
      const trouble = troubleOf(seen);
      const polled = typeof look === 'string' ? undefined : polledBy(seen, all, look);
      return {
        ...{ name, phase: excerpt(phase, 40), isReady, restarts, createdAt, isDeleting },
        ...(track !== undefined && { track }),
        ...(trouble !== undefined && { trouble }),
        ...(lastExit && { lastExit: exitOf(lastExit) }),
        ...(polled && { polled }),
      };
    })
    .sort((a, b) => Number(a.isReady) - Number(b.isReady) || (a.name < b.name ? -1 : 1));
}

function troubleOf({ isReady, isDeleting, unschedulable, waiting, runningSince }: SeenPod): string | undefined {
  if (isReady || isDeleting) return;
  if (unschedulable !== undefined) return `cannot be scheduled: ${excerpt(unschedulable)}`;
  if (waiting) return [excerpt(waiting.reason, 80), ...(waiting.message ? [excerpt(waiting.message)] : [])].join(': ');
  return runningSince === undefined ? undefined : 'runs, but its readiness probe fails';
}

function exitOf({ exitCode, reason, message, finishedAt }: NonNullable<SeenPod['lastExit']>): NonNullable<PodView['lastExit']> {
  return {
    exitCode,
    ...(reason !== undefined && { reason: excerpt(reason, 80) }),
    ...(message !== undefined && { message: excerpt(message) }),
    ...(finishedAt !== undefined && { finishedAt: excerpt(finishedAt, 40) }),
  };
}

function polledBy(pod: SeenPod, all: readonly SeenPod[], { workflow, activity }: QueueLook): PodView['polled'] {
  const last = (type: QueueLook['workflow']) =>
    (type?.pollers ?? [])
      .filter((poller) => podOf(poller, all)?.name === pod.name)
      .map(({ lastAccess }) => lastAccess)
      .sort()
      .at(-1);
  const [workflows, activities] = [last(workflow), last(activity)];
  return { ...(workflows !== undefined && { workflow: workflows }), ...(activities !== undefined && { activity: activities }) };
}
