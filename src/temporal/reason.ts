/** The reason in our vocabulary for what Temporal, or the way to it, failed with. Pure. */
import type { Reason } from '../problem.ts';
import type { FailureKind } from './failure.ts';

const reasons: Partial<Readonly<Record<FailureKind, Reason>>> = {
  TlsFailed: 'TemporalTlsFailed',
  Unauthenticated: 'TemporalForbidden',
  Forbidden: 'TemporalForbidden',
  CredentialsMissing: 'CredentialsMissing',
  NamespaceNotFound: 'NamespaceNotFound',
};

export function reasonFor(kind: FailureKind): Reason {
  return reasons[kind] ?? 'TemporalUnreachable';
}
