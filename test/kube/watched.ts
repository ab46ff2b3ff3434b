/** A watch of ConfigMaps for tests: what it told, in order, and its states. */
import { connectKube, type Kube } from '../../src/kube/connect.ts';
import { type ResourceWatch, type WatchOptions, watchResource } from '../../src/kube/watch-resource.ts';
import { type Resource, valueAt } from '../../src/resource.ts';
import { until } from '../testbed/until.ts';

export interface Watched extends ResourceWatch<string> {
  readonly kube: Kube;
  /** `namespace/name` and what is kept, or `gone`. */
  readonly told: string[];
  readonly states: string[];
  /** Keys and values of the store, sorted. */
  stored(): string[];
}

export const configMapsPath = '/api/v1/namespaces/default/configmaps';

export function configMap(name: string, value: string, labels: Record<string, string> = {}): Resource {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, labels }, data: { value } };
}

const open = new Set<() => void>();

/** For the end of each test, however it came. */
export function closeWatched(): void {
  for (const close of open) close();
  open.clear();
}

/** Keeps `data.value`; a ConfigMap without one does not count. */
export async function watchConfigMaps(kubeconfig: string, options: Partial<WatchOptions<string>> = {}): Promise<Watched> {
  const kube = await connectKube({ kubeconfig });
  const told: string[] = [];
  const states: string[] = [];
  const watch: ResourceWatch<string> = watchResource<string>({
    kube,
    path: configMapsPath,
    keep: (object) => valueAt(object, 'data', 'value') as string | undefined,
    onChange: (key, now) => told.push(`${key.replace('default/', '')} ${now ?? 'gone'}`),
    onState: () => states.push(watch.state().kind),
    ...options,
  });
  const close = () => {
    watch.stop();
    kube.close();
  };
  open.add(close);
  const stored = () => [...watch.store].map(([key, value]) => `${key.replace('default/', '')} ${value}`).sort();
  return { ...watch, kube, told, states, stored };
}

export function untilTold(watched: Watched, line: string, limitMs = 15_000): Promise<unknown> {
  return until({ what: line, look: () => watched.told, isSo: (told) => told.includes(line), limitMs });
}

export function untilState(watched: Watched, kind: string, limitMs = 15_000): Promise<unknown> {
  return until({ what: kind, look: () => watched.state(), isSo: (state) => state.kind === kind, limitMs });
}
