/** A Temporal server as the sidecar knows it: whether it answers. Only its health decides that, not each question that fails. */
import type { SeenServer, TemporalFailure } from '../sidecar/observation.ts';
import type { Agenda } from './agenda.ts';
import { type HealthQuestion, healthCheck, isNotOffered, systemInfo } from './ask-health.ts';
import type { CallCounts } from './call-counts.ts';
import type { TemporalConnection } from './connection.ts';
import type { Credentials } from './credentials.ts';
import { type TemporalError, translate } from './failure.ts';
import { openSignIn } from './sign-in.ts';
import type { Subject } from './subject.ts';

export interface WatchedServer {
  seen(): SeenServer;
  /** A question over the connection. Throws a TemporalError; credentials that are refused are read again, once. */
  ask<T>(method: string, question: (to: TemporalConnection) => Promise<T>): Promise<T>;
  /** Asks for its health now, or joins who does: true: it answers. */
  check(): Promise<boolean>;
  close(): void;
}

export interface WatchedServerOptions {
  readonly subject: Subject;
  readonly readCredentials: (subject: Subject) => Promise<Credentials>;
  readonly agenda: Agenda;
  readonly calls: CallCounts;
  /** `isBack`: it answers again, or for the first time. */
  readonly onChange: (isBack: boolean) => void;
}

const answeringMs = 5_000;
const failingMs = 1_000;
const surelyOther = 3;

export function watchServer({ subject, readCredentials, agenda, calls, onChange }: WatchedServerOptions): WatchedServer {
  let seen: SeenServer = { state: 'NotAsked' };
  let question: HealthQuestion = healthCheck;
  let checking: Promise<boolean> | undefined;
  let inVain = 0;
  let answeredMs = Number.NEGATIVE_INFINITY;
  let isClosed = false;
  const signIn = openSignIn({ subject, readCredentials, onDrop: () => check() });

  const ask: WatchedServer['ask'] = async (method, put) => {
    try {
      const answer = await signedIn(put);
      answeredMs = performance.now();
      calls.count(method, 'OK');
      return answer;
    } catch (error) {
      const failure = translate(error);
      calls.count(method, failure.kind);
      throw failure;
    }
  };
  const signedIn = async <T>(put: (to: TemporalConnection) => Promise<T>): Promise<T> => {
    try {
      return await put(await signIn.connection());
    } catch (error) {
      if (!isRefusal(translate(error)) || !(await signIn.renew())) throw error;
      return put(await signIn.connection());
    }
  };
  const askHealth = async () => {
    try {
      await ask(question.method, question.ask);
    } catch (error) {
      if (question !== healthCheck || !isNotOffered(error as TemporalError)) throw error;
      question = systemInfo;
      await ask(question.method, question.ask);
    }
  };
  const look = async (): Promise<boolean> => {
    try {
      await askHealth();
      note({ state: 'Answers', since: new Date().toISOString() });
      return true;
    } catch (error) {
      const { kind, message } = error as TemporalError;
      note({ state: 'Fails', since: new Date().toISOString(), failure: isServers(kind) ? kind : 'Unreachable', message });
      return false;
    } finally {
      checking = undefined;
      if (!isClosed) agenda.at(performance.now() + (seen.state === 'Answers' ? answeringMs : failingMs), checkIfDue);
    }
  };
  const note = (next: Exclude<SeenServer, { state: 'NotAsked' }>) => {
    if (isClosed || !isOther(next)) return;
    seen = seen.state === 'Fails' && next.state === 'Fails' ? { ...next, since: seen.since } : next;
    inVain = 0;
    onChange(next.state === 'Answers');
  };
  /** A server that fails now in this way, now in that, is told of once. */
  const isOther = (next: SeenServer): boolean => {
    if (seen.state !== 'Fails' || next.state !== 'Fails') return seen.state !== next.state;
    inVain = seen.failure === next.failure && seen.message === next.message ? 0 : inVain + 1;
    return inVain >= surelyOther;
  };
  const check = (): Promise<boolean> => {
    if (isClosed) return Promise.resolve(false);
    checking ??= look();
    return checking;
  };
  /** Whatever was answered meanwhile says as much. */
  const checkIfDue = () => {
    const answers = seen.state === 'Answers' ? answeredMs + answeringMs : 0;
    if (answers > performance.now()) agenda.at(answers, checkIfDue);
    else check();
  };
  agenda.at(performance.now(), checkIfDue);
  return {
    seen: () => seen,
    ask,
    check,
    close: () => {
      isClosed = true;
      agenda.drop(checkIfDue);
      signIn.close();
    },
  };
}

function isRefusal({ kind }: TemporalError): boolean {
  return kind === 'Unauthenticated' || kind === 'Forbidden' || kind === 'TlsFailed';
}

const servers: ReadonlySet<string> = new Set<TemporalFailure>([
  'Unreachable',
  'TlsFailed',
  'Unauthenticated',
  'Forbidden',
  'CredentialsMissing',
]);

function isServers(kind: string): kind is TemporalFailure {
  return servers.has(kind);
}
