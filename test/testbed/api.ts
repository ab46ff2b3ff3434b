/** Plain requests to a control plane: client-node's generic objects cannot ask for strict field validation. */

import { readFileSync } from 'node:fs';
import { Agent, request as send } from 'node:https';
import type { Credentials } from './kubeconfig.ts';

/** Any KRM object. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly [field: string]: unknown };
  readonly [field: string]: unknown;
}

export interface Answer {
  /** The HTTP status. */
  readonly code: number;
  /** The parsed JSON, or the text where it is none. */
  readonly body: unknown;
}

export type Server = Pick<Credentials, 'url' | 'token' | 'caFile'>;

/** One connection is used again and again: a table of a hundred verdicts is a hundred handshakes otherwise. */
const agents = new WeakMap<Server, Agent>();

/** One request. A PATCH is a server-side apply when its path names a `fieldManager`, else a merge patch. Any HTTP status is an answer; throws only when there is none within 30 s. */
export function request(server: Server, method: string, path: string, body?: unknown): Promise<Answer> {
  const text = body === undefined ? '' : JSON.stringify(body);
  const headers = {
    authorization: `Bearer ${server.token}`,
    accept: 'application/json',
    // Without it, Node sends the body of a DELETE so that no server finds it.
    'content-length': Buffer.byteLength(text),
    ...(text && { 'content-type': contentType(method, path) }),
  };
  const agent = agents.get(server) ?? new Agent({ keepAlive: true, ca: readFileSync(server.caFile) });
  agents.set(server, agent);
  return new Promise((resolve, reject) => {
    const call = send(new URL(path, server.url), { method, headers, agent, timeout: 30_000 }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => resolve({ code: response.statusCode ?? 0, body: parse(Buffer.concat(chunks).toString()) }));
    });
    call.on('timeout', () => call.destroy(new Error(`${method} ${path}: no answer within 30 s`)));
    call.on('error', reject);
    call.end(text);
  });
}

function contentType(method: string, path: string): string {
  if (method !== 'PATCH') return 'application/json';
  return path.includes('fieldManager=') ? 'application/apply-patch+yaml' : 'application/merge-patch+json';
}

/** As `request`, for what must work: throws with the server's message otherwise. */
export async function demand(server: Server, method: string, path: string, body?: unknown): Promise<unknown> {
  const answer = await request(server, method, path, body);
  if (answer.code >= 300) throw new Error(`${method} ${path}: ${answer.code} ${message(answer)}`);
  return answer.body;
}

export function message({ body }: Answer): string {
  return typeof body === 'object' && body && 'message' in body ? String(body.message) : JSON.stringify(body);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
