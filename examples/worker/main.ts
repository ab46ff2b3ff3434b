/** What the image runs. */
import './early-exit.ts';
import process from 'node:process';
import { readEnvironment } from './environment.ts';
import { runWorker } from './worker.ts';

await runWorker(readEnvironment(process.env));
