/** A program: keeps a long poll on each task queue of a JSON file. Its cost is its own, not the sidecar's. ADDRESS FILE PER_SECOND */
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { type Poller, poll } from './poll.ts';

const [address = '', file = '', perSecond = '100'] = process.argv.slice(2);
const pollers = JSON.parse(readFileSync(file, 'utf8')) as Poller[];
/** Each ends when it is some minutes old, and the polls on it with it: real workers have one each, so not all of them come again at once. */
const perConnection = 25;
const channelArgs = { 'grpc.use_local_subchannel_pool': 1 };
const connections = Array.from({ length: Math.ceil(pollers.length / perConnection) }, () =>
  Connection.lazy({ address, interceptors: [], channelArgs }),
);
const failures = new Map<string, number>();

for (const [at, poller] of pollers.entries()) {
  void poll(connections[at % connections.length]!, poller, (error) => count(String(error)));
  // Not all in one second: real workers do not start so either, and the server limits the rate.
  await delay(1000 / Number(perSecond));
}
console.log('polling');

function count(message: string): void {
  const times = (failures.get(message) ?? 0) + 1;
  failures.set(message, times);
  if (Math.log2(times) % 1 === 0) console.log(`${times} × ${message}`);
}
