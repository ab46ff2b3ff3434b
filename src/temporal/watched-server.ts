/** A Temporal server as the sidecar knows it: whether it answers, with which credentials it is asked, and its namespaces. */
import type { SeenNamespace, SeenServer, TemporalFailure } from '../sidecar/observation.ts';
import { type Budget, budget } from './budget.ts';
import { TemporalError, translate } from './failure.ts';
import { type Credentials, openServer, type TemporalServer } from './server.ts';
import type { Subject } from './subject.ts';

export interface WatchedNamespace {
  readonly budget: Budget;
  seen: SeenNamespace | undefined;
  nextAskMs: number;
}

export interface WatchedServer {
  seen(): SeenServer;
  namespace(name: string): WatchedNamespace;
  /** Asks whatever is due of the server and its namespaces. */
  tick(nowMs: number): void;
  /** A question over the connection. Throws a TemporalError; what it says of the server is noted. */
  ask<T>(question: (server: TemporalServer) => Promise<T>): Promise<T>;
  close(): void;
}

export interface WatchedServerOptions {
  readonly subject: Subject;
  readonly rate: number;
  readonly readCredentials: (subject: Subject) => Promise<Credentials>;
  /** The state of the server or of a namespace changed. `isBack`: it answers again, or for the first time. */
  readonly onChange: (isBack: boolean) => void;
}

const answeringMs = 5_000;
const failingMs = 1_000;
const namespaceMs = 30_000;
const namespaceMissingMs = 5_000;
/** Credentials that are refused may be mended or rotated. */
const credentialsMs = 10_000;

export function watchServer({ subject, rate, readCredentials, onChange }: WatchedServerOptions): WatchedServer {
  const namespaces = new Map<string, WatchedNamespace>();
  let seen: SeenServer = { state: 'NotAsked' };
  let server: TemporalServer | undefined;
  let fingerprint = '';
  let credentialsReadMs = Number.NEGATIVE_INFINITY;
  let nextHealthMs = 0;
  let isAsking = false;

  const answered = () => {
    if (seen.state === 'Answers') return;
    seen = { state: 'Answers', since: new Date().toISOString() };
    onChange(true);
  };
  const failed = (failure: TemporalFailure, message: string) => {
    const since = seen.state === 'Fails' ? seen.since : new Date().toISOString();
    const isNews = seen.state !== 'Fails' || seen.failure !== failure || seen.message !== message;
    seen = { state: 'Fails', since, failure, message };
    if (isNews) onChange(false);
  };
  const note = (error: TemporalError) => {
    const { kind, message } = error;
    if (kind === 'NamespaceNotFound' || kind === 'RateLimited' || kind === 'Other') return answered();
    // A key may be good for some namespaces only: what refuses one question says nothing of the server.
    if (kind === 'Forbidden') return answered();
    failed(kind, message);
  };
  const connect = async (): Promise<TemporalServer> => {
    const isRefused = seen.state === 'Fails' && seen.failure !== 'Unreachable';
    if (server && !isRefused) return server;
    if (performance.now() - credentialsReadMs < credentialsMs) {
      if (server) return server;
      throw new TemporalError('CredentialsMissing', seen.state === 'Fails' ? seen.message : 'the credentials are being read');
    }
    credentialsReadMs = performance.now();
    const credentials = await readCredentials(subject);
    const next = JSON.stringify(Object.entries(credentials).map(([name, value]) => [name, String(value)]));
    if (server && next === fingerprint) return server;
    fingerprint = next;
    server?.close();
    server = openServer(subject, credentials);
    return server;
  };
  const ask = async <T>(question: (to: TemporalServer) => Promise<T>): Promise<T> => {
    try {
      const answer = await question(await connect());
      answered();
      return answer;
    } catch (error) {
      const failure = translate(error);
      note(failure);
      throw failure;
    }
  };
  const askNamespace = async (name: string, namespace: WatchedNamespace) => {
    const found = await ask((to) => to.askNamespace(name));
    const isNews = namespace.seen?.state !== found.state;
    namespace.seen = found;
    namespace.nextAskMs = performance.now() + (found.state === 'NotFound' ? namespaceMissingMs : namespaceMs) * (0.9 + Math.random() / 5);
    if (isNews) onChange(false);
  };
  return {
    seen: () => seen,
    namespace: (name) => {
      const known = namespaces.get(name) ?? { budget: budget(rate), seen: undefined, nextAskMs: 0 };
      namespaces.set(name, known);
      return known;
    },
    tick: (nowMs) => {
      if (!isAsking && nowMs >= nextHealthMs) {
        isAsking = true;
        ask((to) => to.askHealth())
          .catch(() => {})
          .finally(() => {
            isAsking = false;
            nextHealthMs = performance.now() + (seen.state === 'Answers' ? answeringMs : failingMs);
          });
      }
      if (seen.state !== 'Answers') return;
      for (const [name, namespace] of namespaces) {
        if (nowMs < namespace.nextAskMs) continue;
        namespace.nextAskMs = nowMs + namespaceMissingMs;
        askNamespace(name, namespace).catch(() => {});
      }
    },
    ask,
    close: () => server?.close(),
  };
}
