/** The API server's own verdict on an object: a server-side dry run with strict field validation; nothing is stored. */

import type { Answer, KubeObject, Server } from './api.ts';
import { demand, message, request } from './api.ts';
import { resourcePath } from './discovery.ts';

/** What Kubernetes answers when it refuses. */
export interface Status {
  readonly code: number;
  readonly reason: string;
  readonly message: string;
  readonly details?: { readonly causes?: readonly { readonly reason?: string; readonly message?: string; readonly field?: string }[] };
}

export type Verdict = { readonly accepted: true } | { readonly accepted: false; readonly status: Status };

const dry = 'dryRun=All&fieldValidation=Strict';

/** Would the server create it? Its namespace is made when it does not exist; an object without one is put into `default`. */
export async function dryRun(server: Server, object: KubeObject): Promise<Verdict> {
  const path = await resourcePath(server, object);
  if (!path) return unknownKind(object);
  return verdict(await request(server, 'POST', `${path}?${dry}`, object));
}

/**
 * Would the server let `before` become `after` (rules on transitions)? `before` is really created for the length of the question, and must
 * be acceptable: this throws when it is not.
 */
export async function dryRunUpdate(server: Server, before: KubeObject, after: KubeObject): Promise<Verdict> {
  const path = await resourcePath(server, before);
  if (!path) throw new Error(`the API server knows no ${before.apiVersion} ${before.kind}`);
  const created = (await demand(server, 'POST', `${path}?fieldValidation=Strict`, before)) as KubeObject;
  const item = `${path}/${created.metadata.name}`;
  try {
    const { resourceVersion } = created.metadata;
    const next = { ...after, metadata: { ...after.metadata, resourceVersion } };
    return verdict(await request(server, 'PUT', `${item}?${dry}`, next));
  } finally {
    await demand(server, 'DELETE', item);
  }
}

function verdict(answer: Answer): Verdict {
  if (answer.code < 300) return { accepted: true };
  const status = typeof answer.body === 'object' && answer.body ? answer.body : {};
  return { accepted: false, status: { reason: 'Unknown', ...status, code: answer.code, message: message(answer) } };
}

function unknownKind({ apiVersion, kind }: KubeObject): Verdict {
  return { accepted: false, status: { code: 404, reason: 'NotFound', message: `the API server knows no ${apiVersion} ${kind}` } };
}
