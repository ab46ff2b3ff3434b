/** Metadata of everything that is generated for a Process. */
import { annotation, knownSpecHash, passedLabels, processLabel, selectorLabel, tool } from '../names.ts';
import type { Process } from '../process.ts';

/** Labels of the pods, with the selector's keys: a change of one is a roll-out, so only these pass from the Process. */
export function podLabels({ metadata }: Process): Record<string, string> {
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

/** A child carries every label of its Process: kustomize gives the Process an overlay's labels before the function runs, and its output none. */
export function childMetadata(process: Process, name: string, annotations: Record<string, string> = {}): Record<string, unknown> {
  const { name: owner, namespace } = process.metadata;
  return {
    name,
    ...(namespace && { namespace }),
    labels: { ...process.metadata.labels, ...podLabels(process) },
    annotations: { [annotation.generatedFor]: owner, ...annotations },
  };
}

/** `rendered-from` is on what follows the spec; a definition's bytes do not. */
export function renderedFrom({ spec }: Process): Record<string, string> {
  return { [annotation.renderedFrom]: knownSpecHash(spec) };
}
