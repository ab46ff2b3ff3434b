/** One question to a server, asked again where that may help. What the answer is worth is decided by the caller. */
import type { Client, Metadata, ServiceError } from '@grpc/grpc-js';
import { type GetProcessDefinitionResponse, TransformationServiceService } from '../gen/transformation-service.ts';
import { isRetried } from './grpc-failure.ts';
import type { DefinitionRequest } from './source.ts';

const longestBackoffMs = 5_000;

/** One question, and what it takes to ask it. */
export interface Asking {
  readonly client: Client;
  readonly request: DefinitionRequest;
  readonly metadata: Metadata;
  readonly path: string;
  readonly deadlineMs: number;
  readonly attempts: number;
  readonly backoffMs: number;
  readonly closing: Closable;
}

export type Outcome = { readonly response: GetProcessDefinitionResponse } | { readonly error: ServiceError };

/** The answer, or the error of the last attempt. It never rejects. */
export async function askRepeatedly(asking: Asking): Promise<Outcome & { readonly attempts: number }> {
  const { attempts: limit, backoffMs } = asking;
  for (let attempts = 1; ; attempts++) {
    const outcome = await askOnce(asking);
    if ('response' in outcome || !isRetried(outcome.error) || attempts >= limit) return { ...outcome, attempts };
    const pause = Math.min(longestBackoffMs, backoffMs * 2 ** (attempts - 1));
    // Many who failed together must not come back together.
    await asking.closing.sleep(pause * (0.8 + 0.4 * Math.random()));
    if (asking.closing.closed) return { ...outcome, attempts };
  }
}

function askOnce({ client, request, metadata, path, deadlineMs, closing }: Asking): Promise<Outcome> {
  const { requestSerialize, responseDeserialize } = TransformationServiceService.getProcessDefinition;
  const { id, tenantId, version } = request;
  const message = { id, tenantId, version: version === undefined ? undefined : BigInt(version) };
  const deadline = Date.now() + deadlineMs;
  return new Promise((resolve) => {
    const call = client.makeUnaryRequest(
      path,
      requestSerialize,
      responseDeserialize,
      message,
      metadata,
      { deadline },
      (error, response) => {
        closing.forget(cancel);
        if (response) resolve({ response });
        else resolve({ error: error as ServiceError });
      },
    );
    const cancel = () => call.cancel();
    closing.remember(cancel);
  });
}

type Closable = ReturnType<typeof closable>;

/** What must end at once when the source is closed: calls under way and pauses between them. */
export function closable() {
  const endings = new Set<() => void>();
  return {
    closed: false,
    remember: (end: () => void) => endings.add(end),
    forget: (end: () => void) => endings.delete(end),
    sleep(ms: number): Promise<void> {
      return new Promise((resolve) => {
        const end = () => {
          clearTimeout(timer);
          endings.delete(end);
          resolve();
        };
        const timer = setTimeout(end, ms);
        endings.add(end);
      });
    },
    close() {
      this.closed = true;
      for (const end of [...endings]) end();
    },
  };
}
