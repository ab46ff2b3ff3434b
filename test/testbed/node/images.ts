/** Images are programs of this machine: which, is a table. */
import { join } from 'node:path';
import { root } from '../parts.ts';

export interface Image {
  /** What the image runs where the container has no `command`. */
  readonly entrypoint: readonly string[];
  /** Variables of the image; the container's own win. */
  readonly env?: Readonly<Record<string, string>>;
  /**
   * All pods share one network here. So a port that the program listens on, as the manifests know it, is really a free one, and this
   * variable tells the program which.
   */
  readonly ports?: Readonly<Record<number, string>>;
}

/** By repository without tag and digest, or by its last word alone. */
export type Images = Map<string, Image>;

export const node = join(root, 'node_modules/.bin/node');

/** A program on Node of this repository that answers HTTP as the example worker does. */
export function nodeImage(file: string): Image {
  return {
    entrypoint: [node, '--enable-source-maps', join(root, file)],
    env: { HOST_HTTP: '127.0.0.1', METRICS_HOST: '127.0.0.1', NODE_ENV: 'production' },
    ports: { 8080: 'PORT_HTTP', 9464: 'METRICS_PORT' },
  };
}

export const exampleWorker: Image = nodeImage('build/examples/worker/main.js');

/** The example worker with a fault, see faulty-worker.ts. */
export const faultyWorker: Image = nodeImage('build/test/testbed/node/faulty-worker.js');

/** The tool's own, for SLA checks and cleanups. */
const toolImage: Image = { entrypoint: [node, join(root, 'dist/ameide-process')], env: { NODE_ENV: 'production' } };

/** The images of the examples' Processes; every one of them is the example worker. And `faulty-worker`, and the tool. */
export function exampleImages(): Images {
  const names = [
    'l2o-process',
    'invoice-approval',
    'order-to-cash',
    'supplier-onboarding',
    'supplier-onboarding-process',
    'incident-response',
  ];
  const others = [['faulty-worker', faultyWorker] as const, ['ameide-process', toolImage] as const];
  return new Map([...names.map((name) => [name, exampleWorker] as const), ...others]);
}

export function findImage(images: Images, reference: string): Image | undefined {
  const repository = reference.replace(/@.*$/, '').replace(/:[^:/]*$/, '');
  return images.get(repository) ?? images.get(repository.slice(repository.lastIndexOf('/') + 1));
}
