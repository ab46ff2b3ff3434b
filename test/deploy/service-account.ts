/** Speaks to the API server as the sidecar does: under the token of its service account. */

import type { Server } from '../testbed/api.ts';
import { demand, request } from '../testbed/api.ts';

export const sidecarAccount = { name: 'ameide-process', namespace: 'ameide-system' } as const;

/** Makes the namespace and the account where they are not there, and asks for a token as a kubelet does. */
export async function asServiceAccount(
  server: Server,
  { name, namespace } = sidecarAccount as { name: string; namespace: string },
): Promise<Server> {
  await create(server, '/api/v1/namespaces', { metadata: { name: namespace } });
  const accounts = `/api/v1/namespaces/${namespace}/serviceaccounts`;
  await create(server, accounts, { metadata: { name } });
  const answer = await demand(server, 'POST', `${accounts}/${name}/token`, { spec: {} });
  return { url: server.url, caFile: server.caFile, token: (answer as { status: { token: string } }).status.token };
}

async function create(server: Server, path: string, object: unknown): Promise<void> {
  const { code, body } = await request(server, 'POST', path, object);
  if (code >= 300 && code !== 409) throw new Error(`POST ${path}: ${code} ${JSON.stringify(body)}`);
}
