/** The real programs that the tests run, each built once into a cache outside the repository (build-part.ts). */

import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Recipe } from './build-part.ts';
import { buildPart } from './build-part.ts';

/** The repository's root: the nearest folder above this file, compiled or not, that has a package.json. */
export const root = nearest(dirname(fileURLToPath(import.meta.url)));

const kubernetes = 'k8s.io/component-base/version';
const kpt = { module: join(root, 'test/testbed/kpt'), go: '1.26.0' };
const argoCd = { module: join(root, 'test/testbed/argo-cd'), go: '1.25.5' };
const prometheus = { module: join(root, 'test/testbed/prometheus'), go: '1.24.0' };
const controlPlane = { module: join(root, 'test/testbed/control-plane'), go: '1.26.0' };

/** Without the version, clients refuse the server as one they do not know. */
const kubernetesFlags = `-s -w -X ${kubernetes}.gitVersion=v1.36.1 -X ${kubernetes}.gitMajor=1 -X ${kubernetes}.gitMinor=36`;

const recipes = {
  kustomize: { version: '5.8.1', go: '1.24.0', install: 'sigs.k8s.io/kustomize/kustomize/v5@v5.8.1', cold: '1 minute' },
  kpt: { ...kpt, version: '1.0.0-beta.60', package: '.', cold: '2 minutes' },
  kstatus: { ...kpt, version: '0.37.2', package: './kstatus', cold: '1 minute' },
  etcd: { ...controlPlane, version: '3.6.8', package: 'go.etcd.io/etcd/server/v3', cold: '1 minute' },
  'kube-apiserver': {
    ...controlPlane,
    version: '1.36.1',
    package: 'k8s.io/kubernetes/cmd/kube-apiserver',
    ldflags: kubernetesFlags,
    cold: '4 minutes',
  },
  'kube-controller-manager': {
    ...controlPlane,
    version: '1.36.1',
    package: 'k8s.io/kubernetes/cmd/kube-controller-manager',
    ldflags: kubernetesFlags,
    cold: '2 minutes',
  },
  'kube-scheduler': {
    ...controlPlane,
    version: '1.36.1',
    package: 'k8s.io/kubernetes/cmd/kube-scheduler',
    ldflags: kubernetesFlags,
    cold: '1 minute',
  },
  temporal: { version: '1.5.1', go: '1.25.0', install: 'github.com/temporalio/cli/cmd/temporal@v1.5.1', cold: '4 minutes' },
  kwok: { version: '0.7.0', go: '1.24.0', install: 'sigs.k8s.io/kwok/cmd/kwok@v0.7.0', cold: '2 minutes' },
  argocd: { ...argoCd, version: '3.2.11', package: 'github.com/argoproj/argo-cd/v3/cmd', cold: '5 minutes' },
  promtool: { ...prometheus, version: '3.5.0', package: 'github.com/prometheus/prometheus/cmd/promtool', cold: '3 minutes' },
  prometheus: { ...prometheus, version: '3.5.0', package: 'github.com/prometheus/prometheus/cmd/prometheus', cold: '4 minutes' },
  miniredis: { ...argoCd, version: '2.35.0', package: './miniredis', cold: '10 seconds' },
} as const satisfies Record<string, Omit<Recipe, 'name'>>;

export type PartName = keyof typeof recipes;

export const partNames = Object.keys(recipes) as readonly PartName[];

const found = new Map<string, Promise<string>>();

/** The path of the executable. Built when it is not in the cache yet, which takes minutes and says so on stderr. */
export function part(name: PartName): Promise<string> {
  return once({ name, ...recipes[name] });
}

/** The executable of a Go module of this repository (`dir` relative to the root), rebuilt whenever a file in it changes. */
export function goPart(dir: string): Promise<string> {
  const module = join(root, dir);
  const go = /^go (\S+)/m.exec(readFileSync(join(module, 'go.mod'), 'utf8'))?.[1] ?? '1.24.0';
  return once({ name: basename(module), version: 'local', go, module, package: '.', cold: '1 minute' });
}

/** One build per process, however many tests ask for it at the same time; a failed one may be tried again. */
function once(recipe: Recipe): Promise<string> {
  const key = recipe.module && recipe.version === 'local' ? recipe.module : recipe.name;
  const known = found.get(key);
  if (known) return known;
  const building = buildPart(recipe);
  found.set(key, building);
  building.catch(() => found.delete(key));
  return building;
}

function nearest(dir: string): string {
  return existsSync(join(dir, 'package.json')) ? dir : nearest(dirname(dir));
}
