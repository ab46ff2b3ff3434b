/** Which track live or rendered objects belong to (their selector's label says it, for ever), and what its pods mount. Pure. */
import { selectorLabel, type Track } from './names.ts';
import { type Resource, valueAt } from './resource.ts';

export function trackOfDeployment(deployment: Resource): Track {
  return trackIn(valueAt(deployment, 'spec', 'selector', 'matchLabels'));
}

export function trackOfPod(pod: Resource): Track {
  return trackIn(valueAt(pod, 'metadata', 'labels'));
}

/**
 * What a track's pods mount, its current one first. All are mounted in both tracks: on one queue each replays workflows that the other
 * began. The other track's stands where promotion and abort retain it, so that an abort replaces no stable pod.
 */
export function mountedIn<T>({ current, canary, retained }: OfTracks<T>, track: Track): readonly [T, ...T[]] {
  const [own, other] = track === 'canary' && canary !== undefined ? [canary, current] : [current, canary];
  return [own, ...retained, ...(other === undefined ? [] : [other])];
}

interface OfTracks<T> {
  readonly current: T;
  /** Undefined: the canary has the stable one, or there is none. */
  readonly canary?: T | undefined;
  readonly retained: readonly T[];
}

/** What is not said to be a canary is stable. */
function trackIn(labels: unknown): Track {
  return valueAt(labels, selectorLabel.track) === 'canary' ? 'canary' : 'stable';
}
