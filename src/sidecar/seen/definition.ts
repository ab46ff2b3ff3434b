/** Of a live ConfigMap with a definition its claims and the checksum of its bytes; the bytes themselves are dropped as it comes in. */
import { checksumOf } from '../../definition/check.ts';
import { annotation, definition } from '../../names.ts';
import { annotationOf, nameOf, type Resource } from '../../resource.ts';
import { waveOf } from '../guard/argo-cd.ts';
import type { SeenDefinition } from '../observation.ts';
import { objectIn, optional, textIn } from './fields.ts';

export interface OwnedDefinition {
  /** The Process it was generated for. */
  readonly owner: string;
  readonly seen: SeenDefinition;
}

/** Undefined: it holds no definition of ours. */
export function keepDefinition(configMap: Resource): OwnedDefinition | undefined {
  const owner = annotationOf(configMap, annotation.generatedFor);
  const checksum = annotationOf(configMap, annotation.definitionChecksum);
  const id = annotationOf(configMap, annotation.definitionId);
  const tenantId = annotationOf(configMap, annotation.definitionTenant);
  if (owner === undefined || !isChecksum(checksum) || id === undefined || tenantId === undefined) return;
  const text = textIn(objectIn(configMap, 'data'), definition.key);
  const seen: SeenDefinition = {
    configMap: nameOf(configMap),
    id,
    tenantId,
    version: versionOf(annotationOf(configMap, annotation.definitionVersion)),
    checksum,
    ...optional('found', text === undefined ? undefined : checksumOf(text)),
    ...optional('wave', waveOf(configMap) || undefined),
  };
  return { owner, seen };
}

/** What anybody may have written there goes into our status, which the API server must accept. */
function isChecksum(text: string | undefined): text is string {
  return text !== undefined && /^sha256:[0-9a-f]{64}$/.test(text);
}

/** 0: it claims none that is one. */
function versionOf(text: string | undefined): number {
  const version = Number(text);
  return Number.isSafeInteger(version) && version > 0 ? version : 0;
}
