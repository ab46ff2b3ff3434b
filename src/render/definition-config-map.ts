/** The immutable ConfigMap that carries a definition's bytes in Git and in the cluster. */
import { annotation, definition, definitionConfigMapName } from '../names.ts';
import type { Process } from '../process.ts';
import type { Resource } from '../resource.ts';
import { childMetadata } from './child-metadata.ts';
import type { PinnedText } from './resolve.ts';

export function definitionConfigMap(process: Process, { pin, text }: PinnedText): Resource {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: childMetadata(process, definitionConfigMapName(process.metadata.name, pin.checksum), {
      [annotation.definitionChecksum]: pin.checksum,
      [annotation.definitionId]: pin.id,
      [annotation.definitionTenant]: process.spec.definitionRef.tenantId,
      [annotation.definitionVersion]: String(pin.version),
    }),
    immutable: true,
    data: { [definition.key]: text },
  };
}
