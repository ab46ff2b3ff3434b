/** What kustomize makes of the folders in deploy/, as a cluster gets it. */

import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { loadAll } from 'js-yaml';
import { kubernetesSchema as schema } from '../../src/yaml/schema.ts';
import type { KubeObject } from '../testbed/api.ts';
import { part, root } from '../testbed/parts.ts';

export const deployFolder = join(root, 'deploy');

/** Every folder below deploy/ that has a kustomization, relative to it. A component is none: it is built with what it changes. */
export function deployFolders(): string[] {
  return readdirSync(deployFolder, { recursive: true, withFileTypes: true })
    .filter(
      ({ name, parentPath }) => name === 'kustomization.yaml' && !readFileSync(join(parentPath, name), 'utf8').includes('kind: Component'),
    )
    .map((entry) => relative(deployFolder, entry.parentPath))
    .sort();
}

/** The objects of a folder of deploy/, or of any other one (absolute). */
export async function built(folder: string): Promise<KubeObject[]> {
  const { stdout } = await promisify(execFile)(await part('kustomize'), [
    'build',
    join(folder.startsWith('/') ? '' : deployFolder, folder),
  ]);
  return loadAll(stdout, { schema }) as KubeObject[];
}

/** The one object of a kind and name; throws when there is none. */
export function the(objects: readonly KubeObject[], kind: string, name: string): KubeObject {
  const found = objects.find((object) => object.kind === kind && object.metadata.name === name);
  if (!found) throw new Error(`there is no ${kind} "${name}" among ${objects.map((object) => `${object.kind} ${object.metadata.name}`)}`);
  return found;
}
