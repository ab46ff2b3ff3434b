/** Metadata of everything that is generated for a Process. */
import { annotation, passedLabels, processLabel, selectorLabel, specHash, tool } from '../names.ts';
import type { Process } from '../process.ts';

/** Labels of a child and, with the selector's keys, of its pods. */
export function childLabels({ metadata }: Process): Record<string, string> {
  const own = metadata.labels ?? {};
  const label = processLabel(metadata.name);
  return {
    'app.kubernetes.io/component': 'worker',
    'app.kubernetes.io/instance': label,
    'app.kubernetes.io/managed-by': tool,
    'app.kubernetes.io/name': label,
    'app.kubernetes.io/part-of': own['app.kubernetes.io/part-of'] ?? 'ameide',
    ...Object.fromEntries(passedLabels.flatMap((key) => (own[key] === undefined ? [] : [[key, own[key]]]))),
    'ameide.io/primitive': 'process',
    [selectorLabel.process]: label,
  };
}

export function childMetadata(process: Process, name: string, annotations: Record<string, string> = {}): Record<string, unknown> {
  const { name: owner, namespace } = process.metadata;
  return {
    name,
    ...(namespace && { namespace }),
    labels: childLabels(process),
    annotations: { [annotation.generatedFor]: owner, ...annotations },
  };
}

/** `rendered-from` is on what follows the spec; a definition's bytes do not. */
export function renderedFrom(process: Process): Record<string, string> {
  return { [annotation.renderedFrom]: specHash(process.spec) };
}
