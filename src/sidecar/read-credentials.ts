/** The credentials with which a Process's workers reach Temporal, from the Secrets that it names. */
import type { Kube } from '../kube/connect.ts';
import { KubeFailure } from '../kube/failure.ts';
import { readSecret } from '../kube/read-secret.ts';
import type { Credentials } from '../temporal/credentials.ts';
import { TemporalError } from '../temporal/failure.ts';
import type { SecretKey, Subject } from '../temporal/subject.ts';

/** What helps the sidecar to the right to read a Secret. */
const sidecarRemedy = 'apply the Role that is rendered beside the Deployment';

/** Throws a TemporalError of kind CredentialsMissing that names the Secret, never what is in it; and `remedy` where it may not be read. */
export async function readCredentials(kube: Kube, { tls, apiKey }: Subject, remedy = sidecarRemedy): Promise<Credentials> {
  const read = (secret: SecretKey) => readKey(kube, secret, remedy);
  const [ca, cert, key, token] = await Promise.all([
    tls?.ca && read(tls.ca),
    tls?.client && read({ ...tls.client, key: 'tls.crt' }),
    tls?.client && read({ ...tls.client, key: 'tls.key' }),
    apiKey && read(apiKey),
  ]);
  return { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }), ...(token && { apiKey: token.toString().trim() }) };
}

async function readKey(kube: Kube, { namespace, name, key }: SecretKey, remedy: string): Promise<Buffer> {
  const secret = await readSecret(kube, { namespace, name }).catch((error: unknown) => {
    throw new TemporalError('CredentialsMissing', whyNot(name, error, remedy));
  });
  const value = secret.get(key);
  if (!value) throw new TemporalError('CredentialsMissing', `Secret "${name}" has no key "${key}"`);
  return value;
}

function whyNot(name: string, error: unknown, remedy: string): string {
  if (!(error instanceof KubeFailure)) return `Secret "${name}" cannot be read: ${(error as Error).message}`;
  if (error.kind === 'NotFound') return `Secret "${name}" does not exist`;
  if (error.kind === 'Forbidden') return `Secret "${name}" may not be read: ${remedy}`;
  return `Secret "${name}" cannot be read: ${error.message}`;
}
