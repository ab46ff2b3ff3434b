/** Definitions from the Transformation service (proto/). This file loads grpc-js: import it only when a server is to be asked. */
import { randomUUID } from 'node:crypto';
import { isIP } from 'node:net';
import { checkServerIdentity, type PeerCertificate } from 'node:tls';
import { Client, credentials, Metadata } from '@grpc/grpc-js';
import { type Problem, problem } from '../problem.ts';
import { asked, checkDefinition } from './check.ts';
import { concurrencyLimit } from './concurrency-limit.ts';
import { type Endpoint, parseEndpoint } from './endpoint.ts';
import { askRepeatedly, closable } from './grpc-call.ts';
import { describeFailure } from './grpc-failure.ts';
import type { Definition, DefinitionRequest, DefinitionSource } from './source.ts';
import './quiet-grpc.ts';
import { readToken } from './token.ts';

/** The contents of PEM files. */
export interface Tls {
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
  /** The name in the server's certificate, where it differs from the host. */
  readonly serverName?: string;
}

/** See SourceOptions, whose parsed form this is. */
export interface GrpcOptions {
  /** `grpc://HOST:PORT` or `grpcs://HOST:PORT`; may hold `{namespace}`. */
  readonly endpoint: string;
  /** `/PACKAGE.SERVICE/METHOD` */
  readonly path: string;
  readonly deadlineMs?: number;
  readonly attempts?: number;
  readonly backoffMs?: number;
  readonly readToken?: (() => string) | undefined;
  readonly allowInsecureToken?: boolean;
  readonly tls?: Tls;
}

const defaults = { deadlineMs: 5_000, attempts: 3, backoffMs: 250 };
/** Far above what fits a ConfigMap, so that what is too large can be named with its size; still bounded. */
const receiveLimit = 64 * 1024 * 1024;
/** What servers commonly allow on one connection; more would wait inside grpc-js while their deadline runs. */
const concurrentCalls = 100;

/** One lazy connection per endpoint; `close` ends them and whatever still waits. */
export function grpcSource(options: GrpcOptions): DefinitionSource {
  const connections = new Map<string, Client>();
  const limited = concurrencyLimit(concurrentCalls);
  const closing = closable();

  function connect(endpoint: Endpoint): Client {
    const known = connections.get(endpoint.url);
    if (known) return known;
    const client = openClient(endpoint, options);
    connections.set(endpoint.url, client);
    return client;
  }

  async function ask(request: DefinitionRequest): Promise<Definition | Problem> {
    if (request.version !== undefined && !(Number.isSafeInteger(request.version) && request.version > 0)) {
      return problem('DefinitionNotFound', `${asked(request)} was not asked for: versions are whole numbers from 1. Correct it.`);
    }
    const endpoint = parseEndpoint(options.endpoint, request.namespace);
    if ('reason' in endpoint) return endpoint;
    const credential = readCredential(endpoint, options);
    if ('reason' in credential) return credential;
    let client: Client;
    try {
      client = connect(endpoint);
    } catch (error) {
      return problem('SourceInvalid', `The TLS files for ${endpoint.url} cannot be used: ${(error as Error).message}. Correct them.`);
    }
    const metadata = metadataFor(request, credential.token);
    const outcome = await askRepeatedly({ ...defaults, ...options, client, request, metadata, closing });
    const { url } = endpoint;
    if ('error' in outcome)
      return describeFailure(outcome.error, { ...outcome, url, path: options.path, request, token: credential.token });
    const { id, tenantId, version, checksum, definitionJson: bytes } = outcome.response;
    return checkDefinition({ id, tenantId, version, bytes, checksum }, request, url);
  }

  return {
    read: (request) =>
      limited(async () => {
        if (!closing.closed) return await ask(request);
        return problem('SourceUnreachable', `${options.endpoint} is no longer asked: the source is closed.`);
      }),
    close() {
      closing.close();
      for (const client of connections.values()) client.close();
      connections.clear();
    },
  };
}

function openClient(endpoint: Endpoint, { tls = {}, backoffMs = defaults.backoffMs }: GrpcOptions): Client {
  const channel = endpoint.secure ? secureChannel(endpoint, tls) : { credentials: credentials.createInsecure(), options: {} };
  return new Client(endpoint.target, channel.credentials, {
    ...channel.options,
    'grpc.max_receive_message_length': receiveLimit,
    // Attempts are counted here; and a reconnection must happen between two of them, or the second learns nothing new.
    'grpc.enable_retries': 0,
    'grpc.initial_reconnect_backoff_ms': Math.max(1, Math.floor(backoffMs / 2)),
    'grpc.max_reconnect_backoff_ms': Math.max(1, backoffMs),
    ...(endpoint.loopback && { 'grpc.enable_http_proxy': 0 }),
  });
}

function secureChannel({ host }: Endpoint, { ca, cert, key, serverName }: Tls) {
  const pem = [ca ?? null, key ?? null, cert ?? null] as const;
  if (serverName !== undefined) {
    const options = { 'grpc.ssl_target_name_override': serverName, 'grpc.default_authority': serverName };
    return { credentials: credentials.createSsl(...pem), options };
  }
  if (isIP(host) === 0) return { credentials: credentials.createSsl(...pem), options: {} };
  // grpc-js would send the IP address as the server's name, which RFC 6066 forbids and Node warns about on stderr. So another name
  // is sent, and the certificate is checked for the address all the same.
  const verify = { checkServerIdentity: (_: string, certificate: PeerCertificate) => checkServerIdentity(host, certificate) };
  return { credentials: credentials.createSsl(...pem, verify), options: { 'grpc.ssl_target_name_override': 'address.invalid' } };
}

function readCredential(endpoint: Endpoint, options: GrpcOptions): { readonly token: string | undefined } | Problem {
  if (!options.readToken) return { token: undefined };
  if (endpoint.secure || endpoint.loopback || options.allowInsecureToken) return readToken(options.readToken);
  return problem(
    'SourceInvalid',
    `The token would travel to ${endpoint.url} unencrypted. Use grpcs://, or set spec.token.allowInsecure where something else encrypts the connection.`,
  );
}

function metadataFor({ tenantId }: DefinitionRequest, token: string | undefined): Metadata {
  const metadata = new Metadata();
  metadata.set('x-tenant-id', /^[\x21-\x7e]*$/.test(tenantId) ? tenantId : encodeURIComponent(Buffer.from(tenantId).toString()));
  metadata.set('x-request-id', randomUUID());
  if (token !== undefined) metadata.set('authorization', `Bearer ${token}`);
  return metadata;
}
