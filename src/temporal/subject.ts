/** What Temporal is asked about for one Process: which queue, where, with which credentials. */

export interface Subject {
  /** The Process, `namespace/name`. */
  readonly key: string;
  readonly address: string;
  /** The Temporal namespace. */
  readonly namespace: string;
  readonly taskQueue: string;
  /** Undefined: no TLS. */
  readonly tls?: SubjectTls;
  readonly apiKey?: SecretKey;
}

export interface SubjectTls {
  readonly serverName?: string;
  /** Undefined: the system's certificate authorities. */
  readonly ca?: SecretKey;
  /** Secrets of type kubernetes.io/tls. */
  readonly client?: Pick<SecretKey, 'namespace' | 'name'>;
}

/** A value in a Secret, by reference. */
export interface SecretKey {
  readonly namespace: string;
  readonly name: string;
  readonly key: string;
}

/** One connection serves all that have this in common. */
export function serverKey({ address, tls, apiKey }: Subject): string {
  return JSON.stringify([address, tls ?? null, apiKey ?? null]);
}

/** By another way, as a port-forward: the certificate is still that of the server. */
export function through(address: string, subject: Subject): Subject {
  const { tls, apiKey } = subject;
  const serverName = tls?.serverName ?? subject.address.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
  return { ...subject, address, ...((tls || apiKey) && { tls: { ...tls, serverName } }) };
}
