/** One lazy connection to a Temporal server for the life of the process: it recovers by itself, whatever happens to the server. */
import '../definition/quiet-grpc.ts';
import { type ChannelOptions, type Client, connectivityState } from '@grpc/grpc-js';
import { Connection } from '@temporalio/client';
import type { Credentials } from './credentials.ts';
import { type Dialer, openDialer } from './dial.ts';
import { deadlineMs, TemporalError, translate } from './failure.ts';
import type { Subject } from './subject.ts';

export type TemporalApi = Pick<Connection, 'workflowService' | 'healthService'>;

export interface TemporalConnection {
  /** Throws a TemporalError; so it does when there is no answer within the time, `deadlineMs` unless another is given. */
  ask<T>(question: (api: TemporalApi) => Promise<T>, withinMs?: number): Promise<T>;
  /** From now on calls carry this API key. */
  useKey(apiKey: string): void;
  close(): void;
}

export interface ConnectionOptions {
  readonly subject: Pick<Subject, 'address' | 'tls' | 'apiKey'>;
  readonly credentials: Credentials;
  /** There was a connection, and it is gone: the server may be, or may only want another one. */
  readonly onDrop: () => void;
}

const channelArgs = {
  'grpc.initial_reconnect_backoff_ms': 200,
  'grpc.max_reconnect_backoff_ms': 1_000,
  'grpc.keepalive_time_ms': 5_000,
  'grpc.keepalive_timeout_ms': 3_000,
  'grpc.keepalive_permit_without_calls': 1,
  // A server that comes back may have another address.
  'grpc.dns_min_time_between_resolutions_ms': 1_000,
  'grpc.service_config_disable_resolution': 1,
};

type Channel = ReturnType<Client['getChannel']>;

/** The SDK's connection; its channel tells when it drops. */
class WatchableConnection extends Connection {
  get channel(): Channel {
    return this.client.getChannel();
  }
}

/** Throws a TemporalError where the credentials cannot be used. */
export function openConnection({ subject: { address, tls, apiKey }, credentials, onDrop }: ConnectionOptions): TemporalConnection {
  // The SDKs' rule, and so what the workers do: whoever has an API key uses TLS.
  const isTls = tls !== undefined || apiKey !== undefined;
  const dialer = openDialer(isTls, credentials);
  const name = tls?.serverName;
  const connection = openChannel(address, dialer, {
    ...channelArgs,
    ...(name !== undefined && { 'grpc.ssl_target_name_override': name, 'grpc.default_authority': name }),
  });
  const useKey = (key: string) => connection.setApiKey(asHeader(key));
  if (credentials.apiKey !== undefined) useKey(credentials.apiKey);
  const { channel } = connection;
  const isConnected = () => channel.getConnectivityState(false) === connectivityState.READY;
  watchState(channel, { onReady: dialer.succeeded, onDrop });
  return {
    ask: async (question, withinMs = deadlineMs) => {
      try {
        return await connection.withDeadline(Date.now() + withinMs, () => question(connection));
      } catch (error) {
        throw translate(error, isConnected() ? undefined : dialer.lastFailure(), withinMs);
      }
    },
    useKey,
    close: () => {
      connection.close().catch(() => {});
    },
  };
}

function openChannel(address: string, { credentials }: Dialer, args: ChannelOptions): WatchableConnection {
  try {
    // The default interceptor asks again and again, and hides for 20 s why it does.
    return WatchableConnection.lazy({ address, interceptors: [], credentials, channelArgs: args }) as WatchableConnection;
  } catch {
    throw new TemporalError('Unreachable', 'this is no address of a server, HOST:PORT');
  }
}

/** The error that the client would throw holds the key. */
function asHeader(apiKey: string): string {
  if (/^[\x20-\x7e]+$/.test(apiKey)) return apiKey;
  throw new TemporalError('Unauthenticated', 'the API key is empty or has characters that none can have');
}

function watchState(channel: Channel, { onReady, onDrop }: { onReady: () => void; onDrop: () => void }): void {
  const watch = (last: connectivityState) => {
    if (last === connectivityState.SHUTDOWN) return;
    channel.watchConnectivityState(last, Number.POSITIVE_INFINITY, () => {
      const now = channel.getConnectivityState(false);
      watch(now);
      if (now === connectivityState.READY) onReady();
      if (last === connectivityState.READY && now !== connectivityState.SHUTDOWN) onDrop();
    });
  };
  watch(channel.getConnectivityState(false));
}
