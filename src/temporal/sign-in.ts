/** The connection to a server with the credentials that hold now: they are read when there is none, and when they are refused. */
import { openConnection, type TemporalConnection } from './connection.ts';
import { type Credentials, fingerprint } from './credentials.ts';
import { TemporalError } from './failure.ts';
import type { Subject } from './subject.ts';

export interface SignIn {
  /** Throws a TemporalError where the credentials cannot be read, or used. */
  connection(): Promise<TemporalConnection>;
  /** They were refused. True: others have been read meanwhile, so that it is worth asking again. */
  renew(): Promise<boolean>;
  close(): void;
}

export interface SignInOptions {
  /** One of those that are served by this connection: their server and credentials are the same. */
  readonly subject: Subject;
  readonly readCredentials: (subject: Subject) => Promise<Credentials>;
  /** The connection was there, and is gone. */
  readonly onDrop: () => void;
}

const firstPauseMs = 2_000;
const longestPauseMs = 60_000;

export function openSignIn({ subject, readCredentials, onDrop }: SignInOptions): SignIn {
  let current: { connection: TemporalConnection; fingerprint: string; apiKey: string | undefined } | undefined;
  let reading: Promise<boolean> | undefined;
  let failure: TemporalError | undefined;
  let pauseMs = 0;
  let notBeforeMs = Number.NEGATIVE_INFINITY;
  let isClosed = false;

  /** True: something is different now. */
  const use = (credentials: Credentials): boolean => {
    const { apiKey } = credentials;
    const next = fingerprint(credentials);
    if (current?.fingerprint === next) {
      if (apiKey === current.apiKey || apiKey === undefined) return false;
      current.connection.useKey(apiKey);
      current.apiKey = apiKey;
      return true;
    }
    const connection = openConnection({ subject, credentials, onDrop });
    current?.connection.close();
    current = { connection, fingerprint: next, apiKey };
    if (isClosed) connection.close();
    return true;
  };
  const read = async (): Promise<boolean> => {
    const now = performance.now();
    // Who reads again at once after a long while, and then less and less often, asks little of the API server.
    pauseMs = now - notBeforeMs > longestPauseMs ? firstPauseMs : Math.min(pauseMs * 2, longestPauseMs);
    notBeforeMs = now + pauseMs;
    try {
      const isOther = use(await readCredentials(subject));
      failure = undefined;
      return isOther;
    } catch (error) {
      failure = error instanceof TemporalError ? error : new TemporalError('CredentialsMissing', (error as Error).message);
      throw failure;
    }
  };
  const readOnce = (): Promise<boolean> => {
    reading ??= read().finally(() => {
      reading = undefined;
    });
    return reading;
  };
  return {
    connection: async () => {
      if (!current && !reading && performance.now() < notBeforeMs && failure) throw failure;
      if (!current) await readOnce();
      return current!.connection;
    },
    renew: async () => {
      if (!reading && (performance.now() < notBeforeMs || !hasSecrets(subject))) return false;
      return readOnce().catch(() => false);
    },
    close: () => {
      isClosed = true;
      current?.connection.close();
    },
  };
}

function hasSecrets({ tls, apiKey }: Subject): boolean {
  return apiKey !== undefined || tls?.ca !== undefined || tls?.client !== undefined;
}
