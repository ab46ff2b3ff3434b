/** What a Process becomes: plain Kubernetes objects, in the order in which they are read best. Pure. */
import type { FnConfig } from '../fn-config.ts';
import type { Resource } from '../resource.ts';
import { definitionConfigMap } from './definition-config-map.ts';
import { workerDeployment } from './deployment.ts';
import type { Resolved } from './resolve.ts';

export interface Plan {
  readonly resolved: Resolved;
  readonly resources: readonly Resource[];
}

export function plan(resolved: Resolved, config: FnConfig): Plan {
  const definitions = [resolved.current, ...resolved.retained].map((text) => definitionConfigMap(resolved.process, text));
  return { resolved, resources: [...definitions, workerDeployment(resolved, config)] };
}
