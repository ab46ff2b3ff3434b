/** A program: the floor for a start. Asks Temporal about the queue of each Process and PATCHes the status that is right, some at a time. SERVER.JSON ADDRESS TASKS.JSON */
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { Connection } from '@temporalio/client';
import { demand, type Server } from '../../test/testbed/api.ts';
import { inParallel } from './in-parallel.ts';
import type { WriteTask } from './start-up.ts';

/** As many as the sidecar writes. */
const atATime = 16;
const workflow = 1;

const [file = '', address = '', tasksFile = ''] = process.argv.slice(2);
const server = JSON.parse(readFileSync(file, 'utf8')) as Server;
const tasks = JSON.parse(readFileSync(tasksFile, 'utf8')) as readonly WriteTask[];
const connection = Connection.lazy({ address, interceptors: [] });

await inParallel(tasks, atATime, async ({ temporalNamespace: namespace, taskQueue, path, status }) => {
  await connection.workflowService.describeTaskQueue({
    namespace,
    taskQueue: { name: taskQueue },
    taskQueueType: workflow,
    reportStats: true,
  });
  await demand(server, 'PATCH', path, { status });
});
console.log('written');
await connection.close();
