/** Runs one process after its definition. This file keeps the worker contract; README.md says what that is. */
import {
  ApplicationFailure,
  condition,
  continueAsNew,
  defineQuery,
  executeChild,
  proxyActivities,
  proxyLocalActivities,
  setDefaultSignalHandler,
  setHandler,
  sleep,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { Activities, FoundStep } from './activities.ts';
import type { Step } from './definition.ts';
import { checksumAttribute, type ProcessInput, type Progress } from './process-contract.ts';

type Duration = NonNullable<Parameters<typeof proxyActivities>[0]['startToCloseTimeout']>;

/** One attempt: it is the workflow task that is tried again, see `orFailTask`. */
const local = proxyLocalActivities<Activities>({ startToCloseTimeout: '10s', retry: { maximumAttempts: 1 } });

export async function runProcess({ checksum: given, begin = 0, ...before }: ProcessInput = {}): Promise<Progress> {
  const received = new Set(before.received);
  setDefaultSignalHandler((name) => void received.add(name));
  const checksum = given ?? (await recordCurrentChecksum());
  const done = [...(before.done ?? [])];
  let found: FoundStep | null = null;
  setHandler(defineQuery<Progress>('progress'), () => ({ checksum, done, ...(found && { step: found.step.name }) }));

  let at = begin;
  while (at !== 'end') {
    found = await orFailTask(local.readStep(checksum, at));
    if (!found) break;
    const { step, index }: FoundStep = found;
    const isInTime = await execute(step, { checksum, received });
    done.push(step.name);
    at = isInTime ? (step.next ?? index + 1) : afterTimeout(step);
    // Its history became long: it goes on in a new one, with the definition that it began with.
    if (workflowInfo().continueAsNewSuggested && at !== 'end') {
      await continueAsNew<typeof runProcess>({ checksum, begin: at, done, received: [...received] });
    }
  }
  found = null;
  return { checksum, done };
}

/** A workflow whose starter named no definition keeps the one that is current on its first task: it tells its history and whoever counts. */
async function recordCurrentChecksum(): Promise<string> {
  const checksum = await local.currentChecksum();
  upsertSearchAttributes([{ key: checksumAttribute, value: checksum }]);
  return checksum;
}

/**
 * A definition that is not there must fail the task, not the workflow: Temporal tries the task again, and the workflow goes on once the
 * file is back. The SDK does so for every error that is not a failure of Temporal's own kinds.
 */
async function orFailTask<T>(reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    throw new Error(`The definition cannot be read: ${(error as Error).cause ?? error}`);
  }
}

interface Run {
  readonly checksum: string;
  readonly received: ReadonlySet<string>;
}

/** False: what it waited for did not come in time. */
async function execute(step: Step, { checksum, received }: Run): Promise<boolean> {
  const { kind, name, seconds = 0, retries, signal = name } = step;
  const timeout = step.timeout as Duration | undefined;
  if (kind === 'wait') await sleep(seconds * 1000);
  else if (kind === 'part') await executePart(step, checksum);
  else if (['signal', 'approval', 'form'].includes(kind)) {
    const isReceived = () => received.has(signal);
    if (timeout) return condition(isReceived, timeout);
    await condition(isReceived);
  } else {
    const heartbeatTimeout = (step.heartbeat ?? '30s') as Duration;
    const retry = retries === undefined ? {} : { maximumAttempts: retries + 1 };
    await proxyActivities<Activities>({ startToCloseTimeout: timeout ?? '1m', heartbeatTimeout, retry }).perform(step);
  }
  return true;
}

/** It is told the definition as by any starter: a child inherits nothing. */
async function executePart({ name, begin }: Step, checksum: string): Promise<void> {
  await executeChild(runProcess, {
    workflowId: `${workflowInfo().workflowId}-${name}`,
    args: [{ checksum, ...(begin !== undefined && { begin }) }],
    typedSearchAttributes: [{ key: checksumAttribute, value: checksum }],
  });
}

function afterTimeout({ name, timeout, onTimeout }: Step): string {
  if (onTimeout) return onTimeout;
  throw ApplicationFailure.nonRetryable(`Step "${name}": no signal within ${timeout}`, 'StepTimedOut');
}
