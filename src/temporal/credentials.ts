/** With what a Temporal server is asked, and whether it is still the same. */
import { createHash } from 'node:crypto';

export interface Credentials {
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
  readonly apiKey?: string;
}

/** Two that connect alike have the same; an API key is part of each call, not of the connection. */
export function fingerprint({ ca, cert, key }: Credentials): string {
  const hash = createHash('sha256');
  for (const part of [ca, cert, key]) hash.update(`${part?.length ?? -1}\n`).update(part ?? '');
  return hash.digest('hex');
}
