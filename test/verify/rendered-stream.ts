/** A rendered stream to break: one Process with a pin and a retained one, and what the render makes of them. */
import { readFileSync } from 'node:fs';
import { checksumOf } from '../../src/definition/check.ts';
import { parseFnConfig } from '../../src/fn-config.ts';
import { annotation } from '../../src/names.ts';
import { parseProcess } from '../../src/process.ts';
import { plan } from '../../src/render/plan.ts';
import type { Resource } from '../../src/resource.ts';
import { root } from '../testbed/parts.ts';

type Mutable = { [key: string]: Mutable } & { [key: number]: Mutable };

/** The objects of the stream, open to any change. */
export interface Broken {
  process: Mutable;
  current: Mutable;
  retained: Mutable;
  deployment: Mutable;
  /** What follows the Deployment: rights to Secrets that the Process names, its CronJobs and theirs. */
  rights: readonly Mutable[];
  /** More objects; assign to remove or add. */
  items: unknown[];
}

const textOf = (version: number) => readFileSync(`${root}/examples/definitions/t123/L2O_v3/${version}.json`, 'utf8');

export const pinned = (version: number) => ({ id: 'L2O_v3', version, checksum: checksumOf(textOf(version)) });

/** The stream after the change; `spec` is merged into the Process before the render. */
export function renderedStream(change: (seen: Broken) => void = () => {}, spec: object = {}, metadata: object = {}): Resource[] {
  const written = {
    apiVersion: 'ameide.io/v1',
    kind: 'Process',
    metadata: { name: 'l2o', namespace: 'sales', ...metadata },
    spec: {
      image: 'ghcr.io/ameide/l2o-process:0.7.0',
      definitionRef: { id: 'L2O_v3', tenantId: 't123', pin: pinned(3), retained: [pinned(2)] },
      temporal: { namespace: 'sales-process', taskQueue: 'l2o-tq' },
      ...spec,
    },
  };
  const parsed = parseProcess(written);
  const config = parseFnConfig(undefined);
  if ('problems' in parsed || 'problems' in config) throw new Error(`the sample is wrong: ${JSON.stringify(parsed)}`);
  const { process } = parsed;
  const { resources } = plan(
    {
      process,
      index: 0,
      place: undefined,
      written: process.spec.definitionRef,
      current: { pin: pinned(3), text: textOf(3) },
      retained: [{ pin: pinned(2), text: textOf(2) }],
    },
    config.config,
  );
  const hash = (resources[2] as unknown as Mutable).metadata!.annotations![annotation.renderedFrom];
  const item = { ...written, metadata: { ...written.metadata, annotations: { [annotation.renderedFrom]: hash } } };
  const [process_, current, retained, deployment, ...rights] = structuredClone([item, ...resources]) as unknown as Mutable[];
  const seen: Broken = { process: process_!, current: current!, retained: retained!, deployment: deployment!, rights, items: [] };
  seen.items = [seen.process, seen.current, seen.retained, seen.deployment, ...rights];
  change(seen);
  // Each by itself: what is in the stream twice is two objects.
  return seen.items.map((one) => structuredClone(one)) as Resource[];
}

/** Parts of the Deployment, for changes. */
export function partsOf({ deployment }: Broken) {
  const pod = deployment.spec!.template!.spec!;
  const worker = pod.containers![0]!;
  const variable = (name: string) => (worker.env as unknown as { name: string; value?: unknown }[]).find((one) => one.name === name)!;
  return { pod, worker, variable, sources: pod.volumes![0]!.projected!.sources as unknown as Mutable[] };
}

export type { Mutable };
