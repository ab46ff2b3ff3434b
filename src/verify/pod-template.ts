/** What the checks look at in a worker Deployment, however little of it is as it should be. Pure. */
import { definition } from '../names.ts';
import { objectsAt, type Resource } from '../resource.ts';

export const templatePath = ['spec', 'template'] as const;
export const podPath = [...templatePath, 'spec'] as const;

/** The container that polls. */
export function workerContainer(deployment: Resource): Resource | undefined {
  return objectsAt(deployment, ...podPath, 'containers').find(({ name }) => name === definition.container);
}

/** A field of the worker container, as findings name it. */
export function containerField(field: string): string {
  return `spec.template.spec.containers[name=${definition.container}]${field && `.${field}`}`;
}
