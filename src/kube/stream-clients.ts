/** Which connection a stream uses: a server takes a limited number on one, and requests need some of those as well. */
import type { Client } from './send.ts';

export interface StreamClients {
  /** Streams on the first connection, which the requests use too. */
  onFirst(): number;
  /** Lets it stream over a connection that has room. */
  use<T>(stream: (client: Client) => Promise<T>): Promise<T>;
  close(): void;
}

/** Servers take 100 or 250 at once on a connection. */
const streamsEach = 60;

/** `more` makes a client with a connection of its own. */
export function streamClients(first: Client, more: () => Client): StreamClients {
  const all = [{ client: first, streams: 0 }];
  const withRoom = () => {
    const found = all.find(({ client, streams }) => streams < Math.min(streamsEach, client.connection.mostStreams() - 1));
    if (found) return found;
    const added = { client: more(), streams: 0 };
    all.push(added);
    return added;
  };
  return {
    onFirst: () => all[0]!.streams,
    use: async (stream) => {
      const used = withRoom();
      used.streams++;
      try {
        return await stream(used.client);
      } finally {
        used.streams--;
      }
    },
    close: () => {
      for (const { client } of all) client.connection.close();
    },
  };
}
