/** Applies manifests as a GitOps tool does: server-side, by the field manager `git`. */
import { demand, type KubeObject, type Server } from './api.ts';
import { resourcePath } from './discovery.ts';

/** Creates or changes each, in order, and makes the namespaces that are missing. Gives the live objects. */
export async function apply(server: Server, objects: readonly KubeObject[]): Promise<KubeObject[]> {
  const live: KubeObject[] = [];
  for (const object of objects) {
    const path = await objectPath(server, object);
    live.push((await demand(server, 'PATCH', `${path}?fieldManager=git&force=true&fieldValidation=Strict`, object)) as KubeObject);
  }
  return live;
}

/** Where it lives in the REST API. Throws for a kind that the server does not have. */
export async function objectPath(server: Server, object: KubeObject): Promise<string> {
  const path = await resourcePath(server, object);
  if (!path) throw new Error(`the server has no ${object.kind} of ${object.apiVersion}`);
  return `${path}/${object.metadata.name}`;
}
