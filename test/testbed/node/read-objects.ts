/** Reads the ConfigMaps and Secrets that pods name, in the kubelet's words when they are not there. */
import { demand, request, type Server } from '../api.ts';

export interface Keyed {
  readonly kind: 'configmap' | 'secret';
  readonly name: string;
  readonly optional?: boolean;
}

/** Its values by key. Without the object: undefined where it is optional, else it throws. */
export async function readKeys(
  server: Server,
  namespace: string,
  { kind, name, optional }: Keyed,
): Promise<Map<string, Buffer> | undefined> {
  const path = `/api/v1/namespaces/${namespace}/${kind}s/${name}`;
  const answer = await request(server, 'GET', path);
  if (answer.code === 404) {
    if (optional) return undefined;
    throw new Error(`${kind} "${name}" not found`);
  }
  if (answer.code !== 200) throw new Error(`GET ${path}: ${answer.code}`);
  const { data = {}, binaryData = {} } = answer.body as { data?: Record<string, string>; binaryData?: Record<string, string> };
  const encoding = kind === 'secret' ? 'base64' : 'utf8';
  const decode = (values: Record<string, string>, from: BufferEncoding) =>
    Object.entries(values).map(([key, value]) => [key, Buffer.from(value, from)] as const);
  return new Map([...decode(data, encoding), ...decode(binaryData, 'base64')]);
}

/** A token of the service account, bound to the pod, as the kubelet asks for it. */
export async function requestToken(
  server: Server,
  { namespace, account, pod }: { namespace: string; account: string; pod: { name: string; uid: string } },
  { audience, expirationSeconds = 3600 }: { audience?: string; expirationSeconds?: number },
): Promise<string> {
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`;
  const boundObjectRef = { apiVersion: 'v1', kind: 'Pod', name: pod.name, uid: pod.uid };
  const spec = { ...(audience && { audiences: [audience] }), expirationSeconds, boundObjectRef };
  const answer = await demand(server, 'POST', path, { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec });
  return (answer as { status: { token: string } }).status.token;
}
