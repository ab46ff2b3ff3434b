/** What the API server, or the way to it, can fail with: one closed list, translated here and nowhere else. */
import { valueAt } from '../resource.ts';

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

  constructor(kind: KubeFailureKind, message: string, retryAfterMs?: number) {
    super(message);
    this.name = 'KubeFailure';
    this.kind = kind;
    this.retryAfterMs = retryAfterMs;
  }
}

const kinds: Readonly<Record<number, KubeFailureKind>> = {
  400: 'Invalid',
  401: 'Forbidden',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'NotFound',
  409: 'Conflict',
  410: 'Gone',
  422: 'Invalid',
  429: 'TooManyRequests',
};

/** `status` is the body: a Kubernetes Status, or whatever a proxy on the way wrote. */
export function failureOf(code: number, status: unknown, retryAfter?: string): KubeFailure {
  const message = valueAt(status, 'message');
  const words = typeof message === 'string' && message !== '' ? message : `HTTP status ${code}`;
  const seconds = Number(retryAfter ?? valueAt(status, 'details', 'retryAfterSeconds'));
  return new KubeFailure(kinds[code] ?? 'ServerFailed', words, Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : undefined);
}

export function unreachable(message: string): KubeFailure {
  return new KubeFailure('Unreachable', message);
}

export function isFailure(error: unknown, kind: KubeFailureKind): error is KubeFailure {
  return error instanceof KubeFailure && error.kind === kind;
}
