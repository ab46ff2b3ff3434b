/** Domains and Agents as their operators would have them: CRDs that can be installed late, objects that say whether they are Ready. */
import { join } from 'node:path';
import { demand, type KubeObject } from '../testbed/api.ts';
import { apply, objectPath } from '../testbed/apply.ts';
import { installCrd } from '../testbed/discovery.ts';
import { type LiveBed, namespace as usualNamespace } from './live-bed.ts';

type Kind = 'Domain' | 'Agent';

export async function installKind({ plane, team }: Pick<LiveBed, 'plane' | 'team'>, kind: Kind): Promise<void> {
  const file = `${kind.toLowerCase()}.json`;
  team.write(file, crdOf(kind));
  await installCrd(plane, join(team.dir, '..', file));
}

interface Where extends Pick<LiveBed, 'plane'> {
  /** Default: the bed's one. */
  readonly namespace?: string;
}

/** Creates it, or changes what it says of itself; undefined: it says nothing yet. */
export async function setDependency(where: Where, kind: Kind, name: string, ready?: boolean): Promise<KubeObject> {
  const { plane, namespace = usualNamespace } = where;
  const object: KubeObject = { apiVersion: 'ameide.io/v1', kind, metadata: { name, namespace } };
  const [live] = await apply(plane, [object]);
  if (ready === undefined) return live!;
  const condition = {
    type: 'Ready',
    status: ready ? 'True' : 'False',
    reason: ready ? 'Ready' : 'DatabaseDown',
    message: ready ? 'all is well' : 'its database is away',
    lastTransitionTime: '2026-01-01T00:00:00Z',
  };
  await demand(plane, 'PATCH', `${await objectPath(plane, object)}/status`, { status: { conditions: [condition] } });
  return live!;
}

function crdOf(kind: Kind): object {
  const plural = `${kind.toLowerCase()}s`;
  const open = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  const schema = { openAPIV3Schema: { type: 'object', properties: { spec: open, status: open } } };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.ameide.io` },
    spec: {
      group: 'ameide.io',
      scope: 'Namespaced',
      names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` },
      versions: [{ name: 'v1', served: true, storage: true, schema, subresources: { status: {} } }],
    },
  };
}
