/** The Role for exactly those Secrets in which a Process has its credentials for Temporal: the sidecar asks Temporal with them. */
import { secretsRoleName } from '../names.ts';
import type { Process } from '../process.ts';
import type { Resource } from '../resource.ts';
import { childMetadata, renderedFrom } from './child-metadata.ts';

/** Their names, each once. Empty: Temporal is reached without. */
export function temporalSecrets({ temporal }: Process['spec']): string[] {
  const { tls, apiKeySecretRef } = temporal;
  const references = [tls?.caSecretRef, tls?.clientCertificateSecretRef, apiKeySecretRef];
  return [...new Set(references.flatMap((reference) => (reference ? [reference.name] : [])))].sort();
}

export function secretsRole(process: Process): Resource {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: childMetadata(process, secretsRoleName(process.metadata.name), renderedFrom(process)),
    rules: secretsRules(temporalSecrets(process.spec)),
  };
}

export function secretsRules(resourceNames: readonly string[]): object[] {
  return [{ apiGroups: [''], resources: ['secrets'], resourceNames, verbs: ['get'] }];
}
