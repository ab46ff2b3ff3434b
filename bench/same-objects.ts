/** Whether two functions' outputs hold the same objects, whatever their order and style: else comparing their speed would mean nothing. */
import { readFileSync } from 'node:fs';
import { load } from 'js-yaml';
import { placePrefixes } from '../src/names.ts';
import { annotationsOf, identityOf, isSame, type Resource } from '../src/resource.ts';

/** Throws, naming the first difference. */
export function checkSameObjects(ours: string, theirs: string): void {
  const [mine, others] = [ours, theirs].map(objectsIn) as [Map<string, Resource>, Map<string, Resource>];
  for (const [identity, resource] of mine) {
    const other = others.get(identity);
    if (isSame(resource, other)) continue;
    throw new Error(`the functions differ in ${identity}:\n${JSON.stringify(resource, null, 1)}\nand\n${JSON.stringify(other, null, 1)}`);
  }
  if (others.size !== mine.size) throw new Error(`the functions differ: ${mine.size} and ${others.size} objects`);
}

function objectsIn(file: string): Map<string, Resource> {
  const { items } = load(readFileSync(file, 'utf8')) as { items: Resource[] };
  return new Map(items.map((item) => [identityOf(item), withoutPlace(item)]));
}

const toolPrefixes = [...placePrefixes, 'kustomize.config.k8s.io/'];

/** Without the annotations in which kustomize and the framework keep track of items, each in its own way. */
function withoutPlace(item: Resource): Resource {
  const annotations = Object.entries(annotationsOf(item)).filter(([key]) => !toolPrefixes.some((prefix) => key.startsWith(prefix)));
  return { ...item, metadata: { ...(item.metadata as Resource), annotations: Object.fromEntries(annotations) } };
}
