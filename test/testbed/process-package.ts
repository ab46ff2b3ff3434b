/** A folder of Processes as a team has it in Git, and the tool's own commands on it. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { loadAll } from 'js-yaml';
import type { KubeObject } from './api.ts';
import { root } from './parts.ts';
import { scratchFolder } from './server-process.ts';

export interface ProcessPackage {
  /** Holds the Processes; beside it is `definitions`. */
  readonly dir: string;
  /** Writes a file, by its path below the package's parent: `processes/orders.yaml`, `definitions/t123/orders/2.json`. */
  write(path: string, content: object | string): void;
  /** `ameide-process VERB DIR ARGS…`; throws with what it said unless it ends with 0. */
  run(verb: string, ...args: string[]): string;
  /** `ameide-process VERB PATH ARGS…`, with a path below the package's parent. */
  runOn(path: string, verb: string, ...args: string[]): string;
  /** What a GitOps tool would apply: ConfigMaps first. */
  objects(): KubeObject[];
  remove(): void;
}

/** The test bed's node has a program for it. */
const tool = { image: 'ghcr.io/ameide/ameide-process:0.1.0' };

/** Empty but for the function configuration: definitions from the folder, and this address of Temporal for every Process. */
export function createPackage(address: string): ProcessPackage {
  const folder = scratchFolder('package');
  const dir = join(folder, 'processes');
  const write = (path: string, content: object | string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), typeof content === 'string' ? content : JSON.stringify(content, null, 2));
  };
  const config = { apiVersion: 'fn.ameide.io/v1', kind: 'ProcessRender', metadata: { name: 'process-render' } };
  write('processes/process-render.yaml', { ...config, spec: { source: '../definitions', temporal: { address }, tool } });
  const runOn = (path: string, verb: string, ...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(join(root, 'dist/ameide-process'), [verb, path, ...args], {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, PATH: `${join(root, 'node_modules/.bin')}:${process.env.PATH}` },
    });
    if (status !== 0) throw new Error(`ameide-process ${verb} ended with ${status}: ${stdout}${stderr}`);
    return stdout;
  };
  return {
    dir,
    write,
    run: (verb, ...args) => runOn('processes', verb, ...args),
    runOn,
    objects: () => readObjects(dir),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

const order = ['ConfigMap', 'Process', 'Deployment'];

function readObjects(dir: string): KubeObject[] {
  const texts = readdirSync(dir).map((name) => readFileSync(join(dir, name), 'utf8'));
  const objects = texts.flatMap((text) => loadAll(text) as KubeObject[]);
  const isApplied = ({ kind }: KubeObject) => !['ProcessRender', 'Kptfile', 'Kustomization'].includes(kind);
  return objects.filter(isApplied).sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
}
