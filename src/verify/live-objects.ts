/** The live objects that a verification looks at, and one Process's of them as the sidecar sees it. Pure. */
import { deploymentName, processLabel } from '../names.ts';
import type { Problem } from '../problem.ts';
import { nameOf, namespaceOf, type Resource } from '../resource.ts';
import type { Observation, SeenPod } from '../sidecar/observation.ts';
import { keepDefinition } from '../sidecar/seen/definition.ts';
import { keepDeployment } from '../sidecar/seen/deployment.ts';
import { keepPod } from '../sidecar/seen/pod.ts';
import type { Subject } from './subject.ts';

export interface Live {
  /** When they were read, ISO 8601 in UTC. */
  readonly now: string;
  /** Processes, Deployments and ConfigMaps. */
  readonly items: readonly Resource[];
  readonly pods: readonly Resource[];
  /** What could not be read. */
  readonly unreadable: readonly Unreadable[];
  /** When the sidecar's leader renewed its Lease, where there is one that may be read. */
  readonly leaseRenewedAt?: string;
  /** Where was looked, in words. */
  readonly where: string;
}

export interface Unreadable {
  /** Plural name. */
  readonly resource: string;
  /** Undefined: in all namespaces. */
  readonly namespace: string | undefined;
  readonly problem: Problem;
}

/** Why objects of this plural name are not known there; undefined: they are. */
export function unreadableIn({ unreadable }: Live, plural: string, within: string): Problem | undefined {
  return unreadable.find(({ resource, namespace }) => resource === plural && (namespace === undefined || namespace === within))?.problem;
}

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
  const deployment = stableOf(subject);
  return {
    now,
    process: item,
    ...(deployment && { deployment }),
    pods: podsOf(namespaceOf(item), processLabel(renderedAs)),
    definitions: children.flatMap((child) => (child.kind === 'ConfigMap' ? (keepDefinition(child)?.seen ?? []) : [])),
    dependencies: [],
    sharedWith: [],
    unreadable: {},
  };
}

function stableOf({ deployments, renderedAs }: Subject): Observation['deployment'] {
  const wanted = deploymentName(renderedAs);
  const stable = deployments.find((one) => nameOf(one) === wanted) ?? deployments[0];
  return stable && keepDeployment(stable)?.seen;
}
