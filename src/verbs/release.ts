/** `release`: takes our finalizer off a Process that is being deleted, whatever still runs. It says what will be lost, and asks. */
import process from 'node:process';
import { createInterface } from 'node:readline/promises';
import { connectKube, type Kube } from '../kube/connect.ts';
import { KubeFailure } from '../kube/failure.ts';
import { patchMetadata } from '../kube/patch-metadata.ts';
import { clusterProblem, isProblem, type ProcessName, readProcess } from '../kube/read-process.ts';
import { processApiVersion, processKind } from '../names.ts';
import { type Problem, problem } from '../problem.ts';
import type { Resource } from '../resource.ts';
import { hasFinalizer, isDeleting, releasePatch } from '../sidecar/guard/guard.ts';
import { losses } from './losses.ts';
import type { Terminal } from './terminal.ts';

export interface ReleaseOptions {
  readonly namespace?: string;
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly yes?: boolean;
}

interface Place extends ProcessName {
  readonly kube: Kube;
}

/** A status that is being written makes a write fail. */
const tries = 5;

export async function releaseVerb(name: string, options: ReleaseOptions, terminal: Terminal): Promise<number> {
  let kube: Kube;
  try {
    kube = await connectKube({ kubeconfig: options.kubeconfig, context: options.context });
  } catch (error) {
    return refuse(problem('ClusterUnusable', `the Kubernetes configuration cannot be used: ${(error as Error).message}`), terminal);
  }
  try {
    return await release({ kube, namespace: options.namespace ?? kube.namespace, name }, options, terminal);
  } catch (error) {
    if (!(error instanceof KubeFailure)) throw error;
    return refuse(clusterProblem(error), terminal);
  } finally {
    kube.close();
  }
}

async function release(place: Place, { yes }: ReleaseOptions, terminal: Terminal): Promise<number> {
  const found = await readProcess(place.kube, place);
  if (isProblem(found)) return refuse(found, terminal);
  const held = refusal(found, place);
  if (held) return refuse(held, terminal);
  await terminal.print([`Process ${place.namespace}/${place.name}:`, ...losses(found).map((line) => `  ${line}`)].join('\n'));
  if (!yes && !(await isSure(terminal))) return 1;
  for (let attempt = 1; attempt <= tries; attempt++) {
    const now = attempt === 1 ? found : await readProcess(place.kube, place);
    // It went by itself meanwhile, or another one has its name.
    if (isProblem(now) || refusal(now, place)) break;
    if (!('superseded' in (await patchMetadata(place.kube, now, releasePatch(now))))) break;
  }
  await terminal.print(`${terminal.style('bold', place.name)} is released`);
  return 0;
}

/** What is live would be guarded again at once. */
function refusal(found: Resource, { namespace, name }: Place): Problem | undefined {
  const resource = { apiVersion: processApiVersion, kind: processKind, name, namespace };
  if (!hasFinalizer(found)) return problem('NothingToRelease', 'nothing of ours holds it', { resource });
  if (isDeleting(found)) return;
  return problem('NothingToRelease', 'it is not being deleted, so there is nothing to release; delete it first, in Git', { resource });
}

async function isSure(terminal: Terminal): Promise<boolean> {
  if (!process.stdin.isTTY) {
    await terminal.remark('error: there is nobody to ask; say --yes to release it\n(run with --help for usage)');
    return false;
  }
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  try {
    if (/^y(es)?$/i.test((await asking.question('Release it? [y/N] ')).trim())) return true;
  } catch (error) {
    // Ctrl-C and Ctrl-D, which leave the cursor behind the question.
    if ((error as Error).name !== 'AbortError') throw error;
    await terminal.remark('');
  } finally {
    asking.close();
  }
  await terminal.remark('nothing is released');
  return false;
}

async function refuse(found: Problem, terminal: Terminal): Promise<number> {
  await terminal.report([found]);
  return 1;
}
