/** Which track live or rendered objects belong to: their selector's label says it, for ever. Pure. */
import { selectorLabel, type Track } from './names.ts';
import { type Resource, valueAt } from './resource.ts';

export function trackOfDeployment(deployment: Resource): Track {
  return trackIn(valueAt(deployment, 'spec', 'selector', 'matchLabels'));
}

export function trackOfPod(pod: Resource): Track {
  return trackIn(valueAt(pod, 'metadata', 'labels'));
}

/** What is not said to be a canary is stable. */
function trackIn(labels: unknown): Track {
  return valueAt(labels, selectorLabel.track) === 'canary' ? 'canary' : 'stable';
}
