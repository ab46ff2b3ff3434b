/** Asks Temporal about the task queue of a live Process, with the credentials that it names, as far as whoever asks may read them. */
import type { Kube } from '../kube/connect.ts';
import { keyOf } from '../kube/object-key.ts';
import type { Live } from '../live/objects.ts';
import { deploymentName } from '../names.ts';
import { isProcessKind } from '../render/located.ts';
import { nameOf, type Resource, valueAt } from '../resource.ts';
import { readCredentials } from '../sidecar/read-credentials.ts';
import { keepDeployment } from '../sidecar/seen/deployment.ts';
import { subjectOf } from '../sidecar/temporal-subject.ts';
import { lookAtQueue, type QueueLook } from '../temporal/look-at-queue.ts';
import { through } from '../temporal/subject.ts';

export interface LookFor {
  readonly kube: Kube;
  /** With one Process. */
  readonly live: Live;
  /** HOST:PORT; default: where its workers find Temporal. */
  readonly address?: string;
}

/** A text: why Temporal was not asked. */
export async function lookFor({ kube, live, address }: LookFor): Promise<QueueLook | string> {
  const process = live.items.find(isProcessKind);
  if (!process) return 'not asked: there is no Process';
  const lastAddress = textAt(process, 'status', 'temporal', 'address') ?? textAt(process, 'spec', 'temporal', 'address') ?? address;
  const subject = subjectOf({ key: keyOf(process), process, deployment: deploymentOf(live, nameOf(process)), lastAddress });
  if (!subject) return 'not asked: neither a worker Deployment nor the status says where it is; name it with --temporal-address';
  return lookAtQueue(address === undefined ? subject : through(address, subject), (from) =>
    readCredentials(kube, from, 'have it granted, or look without it'),
  );
}

function deploymentOf({ items }: Live, name: string) {
  const kept = items
    .flatMap((item) => (item.kind === 'Deployment' ? (keepDeployment(item) ?? []) : []))
    .filter(({ owner }) => owner === name);
  return (kept.find(({ seen }) => seen.name === deploymentName(name)) ?? kept[0])?.seen;
}

function textAt(process: Resource, ...path: readonly string[]): string | undefined {
  const found = valueAt(process, ...path);
  return typeof found === 'string' && found !== '' ? found : undefined;
}
