/** TemporalHealthy: the server answers, and the namespace is registered. */

import type { Known } from '../known.ts';
import type { SeenServer, TemporalFailure } from '../observation.ts';
import { graceMs } from '../timing.ts';
import { type Check, firstOf, isFalse, isTrue, isUnknown, type Verdict } from '../verdict.ts';
import { excerpt } from '../words.ts';
import { lastVerdict } from './last-verdict.ts';

const checks: readonly Check[] = [
  notLooked,
  credentialsRefused,
  silentWithinGrace,
  silent,
  namespaceNotLooked,
  namespaceForbidden,
  namespaceUnusable,
  answers,
];

export function temporalHealthy(known: Known): Verdict {
  return firstOf(checks, known);
}

type Failing = Extract<SeenServer, { state: 'Fails' }>;

/** Refusals are no outage: they are told at once, and nothing is known. */
const refusals: Partial<Record<TemporalFailure, 'TemporalForbidden' | 'CredentialsMissing'>> = {
  Unauthenticated: 'TemporalForbidden',
  Forbidden: 'TemporalForbidden',
  CredentialsMissing: 'CredentialsMissing',
};

function notLooked(known: Known): Verdict | undefined {
  const { temporal } = known.seen;
  if (temporal && temporal.server.state !== 'NotAsked') return;
  const why = temporal ? `Temporal at ${excerpt(temporal.address)} was not asked yet` : 'no worker Deployment says where Temporal is';
  return (temporal && lastVerdict(known, 'TemporalHealthy')) ?? isUnknown('NotLookedYet', why);
}

function failing({ seen }: Known): Failing | undefined {
  const server = seen.temporal?.server;
  return server?.state === 'Fails' ? server : undefined;
}

/** Why nothing can be asked of Temporal, whatever the grace; undefined: it can, or it is an outage. */
export function credentialsRefused(known: Known): Verdict | undefined {
  const server = failing(known);
  const reason = server && refusals[server.failure];
  return reason && isUnknown(reason, `${excerpt(known.seen.temporal!.address)}: ${excerpt(server.message)}`);
}

/** Is the server silent, but not longer than a blink? */
export function isWithinGrace(known: Known): boolean {
  const server = failing(known);
  return server !== undefined && known.nowMs < graceEnd(server);
}

export function graceEnd({ since }: Failing): number {
  return Date.parse(since) + graceMs;
}

function silentWithinGrace(known: Known): Verdict | undefined {
  if (!isWithinGrace(known)) return;
  const until = graceEnd(failing(known)!);
  const stands = lastVerdict(known, 'TemporalHealthy') ?? isUnknown('NotLookedYet', silence(known));
  return { ...stands, until };
}

function silent(known: Known): Verdict | undefined {
  const server = failing(known);
  if (!server) return;
  return isFalse(server.failure === 'TlsFailed' ? 'TemporalTlsFailed' : 'TemporalUnreachable', silence(known));
}

/** What is known of a server that fails. */
export function silence(known: Known): string {
  const { message, since } = failing(known)!;
  return `${excerpt(known.seen.temporal!.address)} does not answer since ${since.replace(/\.\d+/, '')}: ${excerpt(message)}`;
}

function namespaceNotLooked(known: Known): Verdict | undefined {
  const { namespaceState, namespace } = known.seen.temporal!;
  if (namespaceState) return;
  return lastVerdict(known, 'TemporalHealthy') ?? isUnknown('NotLookedYet', `namespace "${excerpt(namespace)}" was not looked up yet`);
}

export function namespaceForbidden({ seen }: Known): Verdict | undefined {
  const { namespaceState, namespace } = seen.temporal!;
  if (namespaceState?.state !== 'Forbidden') return;
  return isUnknown('TemporalForbidden', `may not look at namespace "${excerpt(namespace)}": ${excerpt(namespaceState.message ?? '')}`);
}

/** No workflow can start there: the workers' verdict rests upon it, too. */
export function namespaceUnusable({ seen }: Known): Verdict | undefined {
  const { namespaceState, namespace, address } = seen.temporal!;
  const where = `namespace "${excerpt(namespace)}" at ${excerpt(address)}`;
  if (namespaceState?.state === 'NotFound') return isFalse('NamespaceNotFound', `${where} does not exist: create it there`);
  if (namespaceState?.state === 'Deprecated' || namespaceState?.state === 'Deleted') {
    return isFalse('NamespaceDeprecated', `${where} is ${namespaceState.state.toLowerCase()}: no workflow can start in it`);
  }
  return;
}

function answers({ seen }: Known): Verdict {
  const { address, namespace } = seen.temporal!;
  return isTrue('TemporalAnswers', `${excerpt(address)} answers, and namespace "${excerpt(namespace)}" is registered`);
}
