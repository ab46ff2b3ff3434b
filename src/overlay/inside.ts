/** Which Process before an overlay's own transformations is the one that was built. */
import { nameOf, namespaceOf, type Resource } from '../resource.ts';
import type { Built, OverlayBuild } from './build.ts';
import type { Kustomization } from './kustomization.ts';

/** The Process before the overlay's own patches, prefix and namespace. */
export function insideOf(one: Built, { build, kustomization }: { build: OverlayBuild; kustomization: Kustomization }): Resource {
  const { namePrefix = '', nameSuffix = '' } = kustomization.resource as { namePrefix?: string; nameSuffix?: string };
  const ofFile = (build.taken ?? []).filter(({ file }) => file === one.file);
  const affixed = ofFile.filter(({ resource }) => `${namePrefix}${nameOf(resource)}${nameSuffix}` === nameOf(one.resource));
  const sameNamespace = affixed.filter(({ resource }) => namespaceOf(resource) === namespaceOf(one.resource));
  const found = [sameNamespace, affixed, ofFile].find(({ length }) => length === 1);
  return found?.at(0)?.resource ?? withoutAffixes(one.resource, namePrefix, nameSuffix);
}

function withoutAffixes(resource: Resource, prefix: string, suffix: string): Resource {
  const name = nameOf(resource);
  const start = name.startsWith(prefix) ? prefix.length : 0;
  const end = suffix !== '' && name.endsWith(suffix) ? name.length - suffix.length : name.length;
  return { ...resource, metadata: { ...(resource.metadata as Resource), name: name.slice(start, end) } };
}
