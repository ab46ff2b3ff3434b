/** The Processes with which the health check for Argo CD is tested, and kstatus, too. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import type { Resource } from '../../src/resource.ts';
import { kubernetesSchema as schema } from '../../src/yaml/schema.ts';
import { deployFolder } from './built.ts';

/** In Argo CD's own layout, so that it can go into its repository as it is. */
export const healthFolder = join(deployFolder, 'argocd/resource_customizations/ameide.io/Process');

export function testdata(): { readonly file: string; readonly object: Resource }[] {
  const folder = join(healthFolder, 'testdata');
  const files = readdirSync(folder).sort();
  return files.map((file) => ({ file, object: load(readFileSync(join(folder, file), 'utf8'), { schema }) as Resource }));
}
