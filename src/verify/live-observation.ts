/** One Process's live objects as the sidecar sees them. Pure. */
import type { Live } from '../live/objects.ts';
import { deploymentName, processLabel, type Track, tracks } from '../names.ts';
import { nameOf, namespaceOf, type Resource } from '../resource.ts';
import type { Observation, SeenDeployment, SeenPod } from '../sidecar/observation.ts';
import { keepDefinition } from '../sidecar/seen/definition.ts';
import { keepDeployment } from '../sidecar/seen/deployment.ts';
import { keepPod } from '../sidecar/seen/pod.ts';
import { trackOfDeployment } from '../track.ts';
import type { Subject } from './subject.ts';

/** The pods with this label in this namespace. */
export type PodsOf = (namespace: string, label: string) => readonly SeenPod[];

export function indexPods(pods: readonly Resource[]): PodsOf {
  const index = new Map<string, SeenPod[]>();
  for (const pod of pods) {
    const kept = keepPod(pod);
    if (!kept) continue;
    const key = `${namespaceOf(pod)}/${kept.processLabel}`;
    index.set(key, [...(index.get(key) ?? []), kept.seen]);
  }
  return (namespace, label) => index.get(`${namespace}/${label}`) ?? [];
}

/** Without Temporal, which only the sidecar asks. */
export function observationOf(subject: Subject, { now }: Live, podsOf: PodsOf): Observation {
  const { item, renderedAs, children } = subject;
  const [deployment, canary] = tracks.map((track) => deploymentOf(subject, track));
  return {
    now,
    process: item,
    ...(deployment && { deployment }),
    ...(canary && { canary }),
    pods: podsOf(namespaceOf(item), processLabel(renderedAs)),
    definitions: children.flatMap((child) => (child.kind === 'ConfigMap' ? (keepDefinition(child)?.seen ?? []) : [])),
    dependencies: [],
    unreadable: {},
  };
}

function deploymentOf({ deployments, renderedAs }: Subject, track: Track): SeenDeployment | undefined {
  const wanted = deploymentName(renderedAs, track);
  const ofTrack = deployments.filter((deployment) => trackOfDeployment(deployment) === track);
  const found = ofTrack.find((one) => nameOf(one) === wanted) ?? ofTrack[0];
  return found && keepDeployment(found)?.seen;
}
