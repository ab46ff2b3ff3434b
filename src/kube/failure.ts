/** What the API server, or the way to it, can fail with: one closed list, translated here and nowhere else. */
import { valueAt } from '../resource.ts';

/**
 * `Forbidden`: the credentials are not accepted, or may not do this. `Conflict`: another has written meanwhile, it exists already, or it is
 * another object of that name. `Gone`: the resource version is too old to go on from. `Invalid`: the request is at fault, and stays so.
 * `Unreachable`: no answer; whether it was done is not known. `ServerFailed`: it failed, and may not the next time.
 */
export type KubeFailureKind =
  | 'Forbidden'
  | 'NotFound'
  | 'Conflict'
  | 'Gone'
  | 'TooManyRequests'
  | 'Invalid'
  | 'Unreachable'
  | 'ServerFailed';

export class KubeFailure extends Error {
  readonly kind: KubeFailureKind;
  /** What the server asks to wait before the next try. */
  readonly retryAfterMs: number | undefined;
  /** The server has certainly not acted on it. */
  readonly isUntouched: boolean;

  constructor(kind: KubeFailureKind, message: string, { retryAfterMs, isUntouched = false }: FailureDetails = {}) {
    super(message);
    this.name = 'KubeFailure';
    this.kind = kind;
    this.retryAfterMs = retryAfterMs;
    this.isUntouched = isUntouched;
  }
}

interface FailureDetails {
  readonly retryAfterMs?: number | undefined;
  readonly isUntouched?: boolean;
}

const kinds: Readonly<Record<number, KubeFailureKind>> = {
  401: 'Forbidden',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'NotFound',
  409: 'Conflict',
  410: 'Gone',
  429: 'TooManyRequests',
};

/** `status` is the body: a Kubernetes Status, or whatever a proxy on the way wrote. */
export function failureOf(code: number, status: unknown, retryAfter?: string): KubeFailure {
  const message = valueAt(status, 'message');
  const words = typeof message === 'string' && message !== '' ? message : `HTTP status ${code} ${excerptOf(status)}`.trim();
  const kind = kinds[code] ?? (code >= 400 && code < 500 ? 'Invalid' : 'ServerFailed');
  const seconds = Number(retryAfter ?? valueAt(status, 'details', 'retryAfterSeconds') ?? Number.NaN);
  return new KubeFailure(kind, words, { retryAfterMs: seconds >= 0 ? seconds * 1000 : undefined });
}

export function unreachable(message: string, isUntouched = false): KubeFailure {
  return new KubeFailure('Unreachable', message, { isUntouched });
}

export function isFailure(error: unknown, kind: KubeFailureKind): error is KubeFailure {
  return error instanceof KubeFailure && error.kind === kind;
}

function excerptOf(body: unknown): string {
  return typeof body === 'string' ? body.replace(/\s+/g, ' ').slice(0, 200) : '';
}
