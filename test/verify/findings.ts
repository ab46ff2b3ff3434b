/** How the tests of rendered streams change one and say what was found in it. */
import { verifyRendered } from '../../src/verify/rendered.ts';
import { type Broken, type Mutable, pinned, type renderedStream } from './rendered-stream.ts';

export const value = (plain: unknown) => plain as Mutable;
export const without = (seen: Broken, ...gone: unknown[]) => {
  seen.items = seen.items.filter((item) => !gone.includes(item));
};

/** What is found, as `Reason Kind/name field`. */
export function findings(items: ReturnType<typeof renderedStream>): string[] {
  return verifyRendered(items).map(({ reason, resource, field }) =>
    `${reason} ${resource?.kind}/${resource?.name} ${field?.path ?? ''}`.trim(),
  );
}

export const worker = 'spec.template.spec.containers[name=worker]';
export const sources = 'spec.template.spec.volumes[name=definition].projected.sources';
export const deployment = 'Deployment/l2o-process';
export const hexOf = (version: number) => pinned(version).checksum.slice('sha256:'.length);
export const configMap = (version: number) => `ConfigMap/l2o-definition-${hexOf(version).slice(0, 10)}`;
export const renderedFrom = 'metadata.annotations[ameide.io/rendered-from]';
export const generatedFor = 'metadata.annotations[ameide.io/generated-for]';
