/** One Secret's values, decoded; read when they are needed, and never kept here. */
import { valueAt } from '../resource.ts';
import type { Kube } from './connect.ts';

/** Throws a KubeFailure. The name comes from a spec and may be anything: it must not lead to another path. */
export async function readSecret(
  kube: Kube,
  { namespace, name }: { readonly namespace: string; readonly name: string },
): Promise<ReadonlyMap<string, Buffer>> {
  const secret = await kube.request({ method: 'GET', path: `/api/v1/namespaces/${namespace}/secrets/${encodeURIComponent(name)}` });
  const data = valueAt(secret, 'data');
  const entries = typeof data === 'object' && data !== null ? Object.entries(data) : [];
  return new Map(entries.map(([key, value]) => [key, Buffer.from(String(value), 'base64')]));
}
