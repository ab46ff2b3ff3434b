/**
 * Command `npm run testbed`: brings the test bed up on loopback and says how to use it; ends, with everything it started, on Ctrl-C. It
 * installs nothing into the cluster; `npm run testbed -- demo` does, and shows what ameide-process is for.
 */

import process from 'node:process';
import { parseArgs } from 'node:util';
import { runDemo } from './demo.ts';
import { checkNamespaces } from './node/sandbox.ts';
import type { PartName } from './parts.ts';
import { part } from './parts.ts';
import type { Testbed } from './testbed.ts';
import { startTestbed } from './testbed.ts';

const usage = `usage: npm run testbed -- [demo] [--namespace NAME]… [--kwok-nodes N]
  demo               shows a Process becoming Ready, a workflow and a lost worker, and ends
  --namespace NAME   a Temporal namespace beside "default"; may be repeated (default: sales-process, which the examples have)
  --kwok-nodes N     nodes whose pods become Ready and run nothing (default: 0)`;

interface Asked {
  readonly namespaces: readonly string[];
  readonly kwokNodes: number;
  readonly isDemo: boolean;
}

const say = (text: string) => process.stdout.write(`${text}\n`);

const asked = readArguments();
if (asked) await run(asked);

function readArguments(): Asked | undefined {
  try {
    const text = { type: 'string' } as const;
    const options = { namespace: { ...text, multiple: true }, 'kwok-nodes': text, help: { type: 'boolean' } } as const;
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    const [verb, ...more] = positionals;
    if ((verb !== undefined && verb !== 'demo') || more.length > 0) throw new Error(`unknown: ${positionals.join(' ')}`);
    const { namespace: namespaces = ['sales-process'], 'kwok-nodes': kwokNodes = '0' } = values;
    if (!/^\d{1,3}$/.test(kwokNodes)) throw new Error(`--kwok-nodes needs a number up to 999, got "${kwokNodes}"`);
    if (!values.help) return { namespaces, kwokNodes: Number(kwokNodes), isDemo: verb === 'demo' };
    say(usage);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n${usage}\n`);
    process.exitCode = 2;
  }
  return undefined;
}

async function run({ namespaces, kwokNodes, isDemo }: Asked): Promise<void> {
  let end: () => void = () => process.exit(0);
  // Before it is up there is nobody to ask to stop; what has started ends with this process.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => end());
  // A terminal that is closed takes nothing any more.
  process.stdout.on('error', () => {});
  try {
    await buildParts();
    const obstacle = await checkNamespaces().then(
      () => '',
      ({ message }: Error) => message,
    );
    if (obstacle) say(`No node whose pods run. ${obstacle}`);
    const node = obstacle ? {} : { node: {} };
    const testbed = await startTestbed({ controllers: true, temporal: { namespaces }, ...node, kwokNodes, say });
    const told = new Promise<void>((resolve) => {
      end = resolve;
    });
    if (!isDemo) say(howToUse(testbed, namespaces, await part('temporal')));
    const work = isDemo ? runDemo(testbed, { say, ended: told }).then(() => undefined) : told;
    const crash = watchForCrash(testbed);
    const failure = await Promise.race([work, crash.happened]);
    crash.stopWatching();
    say(failure ?? '\nEnding …');
    await testbed.stop();
    process.exit(failure ? 1 : 0);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exit(1);
  }
}

/** One after the other: Go uses every core as it is. Silent when all are built. */
async function buildParts(): Promise<void> {
  const needed: PartName[] = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'temporal', 'kwok'];
  for (const name of needed) await part(name);
}

/** What a server wrote, when one ends by itself: no longer, then, while they are being ended. */
function watchForCrash({ servers }: Testbed): { readonly happened: Promise<string>; stopWatching(): void } {
  let timer: NodeJS.Timeout | undefined;
  const happened = new Promise<string>((resolve) => {
    timer = setInterval(() => {
      const ended = servers.find((server) => server.hasEnded());
      if (ended) resolve(`\n${ended.name} has ended by itself. Its last lines:\n${ended.log()}`);
    }, 500);
  });
  return { happened, stopWatching: () => clearInterval(timer) };
}

function howToUse({ plane, temporal }: Testbed, namespaces: readonly string[], temporalCli: string): string {
  return `
In another terminal, in this folder:
  export KUBECONFIG=${plane.kubeconfig}
  export TEMPORAL_ADDRESS=${temporal.address}    # namespaces: ${['default', ...namespaces].join(', ')}

Try next:
  kubectl apply --server-side -k deploy/crd
      the cluster is empty before: nothing of ours is installed
  kubectl apply -f examples/spec/l2o.yaml -f examples/spec/l2o.generated.yaml
  kubectl get pods --watch
      the workers of an example; each pod is a process on this machine
  ${temporalCli} task-queue describe --namespace sales-process --task-queue l2o-tq
      and polls, a few seconds later

Ctrl-C ends it and leaves nothing behind.`;
}
