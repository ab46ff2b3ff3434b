/** A folder of manifests, a folder of definitions behind a real server, and the verbs run on them; all gone afterwards. */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type DevelopmentServer, startDevelopmentServer } from '../../src/definition/development-server.ts';
import { type OutdatedOptions, outdatedVerb } from '../../src/verbs/outdated.ts';
import { type PinOptions, pinVerb } from '../../src/verbs/pin.ts';
import type { Terminal } from '../../src/verbs/terminal.ts';
import { terminalInto } from './terminal-into.ts';

export interface Told {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

type Asking<Options> = Partial<Omit<Options, 'source'>> & { readonly source?: string | null };

export interface Bed {
  /** The folder of manifests. */
  readonly dir: string;
  readonly server: DevelopmentServer;
  /** Writes files below `dir`; '' as the content removes one. */
  write(files: Readonly<Record<string, string>>): void;
  read(path: string): string;
  /** The definition `id` of tenant t123 at a version, with its checksum. */
  define(id: string, version: number, text?: string): string;
  /** Every file below `dir` with its content, as one text. */
  tree(): string;
  /** Asks the bed's server, another source, or (null) none. */
  pin(names?: readonly string[], options?: Asking<PinOptions>, below?: string): Promise<Told>;
  outdated(names?: readonly string[], options?: Asking<OutdatedOptions>, below?: string): Promise<Told>;
}

export async function withBed(test: (bed: Bed) => Promise<void>): Promise<void> {
  const scratch = mkdtempSync(join(tmpdir(), 'ameide-pin-'));
  const [dir, definitions] = [join(scratch, 'p'), join(scratch, 'definitions')];
  for (const folder of [dir, definitions]) mkdirSync(folder);
  const server = await startDevelopmentServer({ dir: definitions });
  const bed: Bed = {
    dir,
    server,
    write: (files) => writeFiles(dir, files),
    read: (path) => readFileSync(join(dir, path), 'utf8'),
    define: (id, version, text = `{"id":"${id}","version":${version}}\n`) => {
      writeFiles(definitions, { [`t123/${id}/${version}.json`]: text });
      return sha256(text);
    },
    tree: () => treeOf(dir),
    pin: (names = [], { source, ...options } = {}, below = '') =>
      run(scratch, (terminal) =>
        pinVerb(join(dir, below), names, { drop: [], output: 'table', ...asked(source, server), ...options }, terminal),
      ),
    outdated: (names = [], { source, ...options } = {}, below = '') =>
      run(scratch, (terminal) =>
        outdatedVerb(join(dir, below), names, { output: 'table', ...asked(source, server), ...options }, terminal),
      ),
  };
  try {
    await test(bed);
  } finally {
    await server.close();
    rmSync(scratch, { recursive: true, force: true });
  }
}

function asked(source: string | null | undefined, server: DevelopmentServer): { source?: string } {
  return source === null ? {} : { source: source ?? server.address };
}

export function sha256(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}

function writeFiles(dir: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    if (text === '') rmSync(join(dir, path));
    else writeFileSync(join(dir, path), text);
  }
}

export function treeOf(dir: string): string {
  const entries = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const files = entries.map((entry) => join(entry.parentPath, entry.name)).sort();
  return files.map((file) => `=== ${file}\n${readFileSync(file, 'utf8')}`).join('\n');
}

/** In what is told, the folder of manifests is `p`. */
async function run(scratch: string, verb: (terminal: Terminal) => Promise<number>): Promise<Told> {
  const [stdout, stderr]: [string[], string[]] = [[], []];
  const status = await verb(terminalInto(stdout, stderr));
  const neutral = (lines: readonly string[]) => lines.join('\n').replaceAll(`${scratch}/`, '');
  return { status, stdout: neutral(stdout), stderr: neutral(stderr) };
}

/** A Process as a person writes it; `reference` are the lines of definitionRef behind id and tenant. */
export function processYaml(name: string, reference: readonly string[] = [], id = 'L2O_v3'): string {
  return [
    'apiVersion: ameide.io/v1',
    'kind: Process',
    'metadata:',
    `  name: ${name}`,
    'spec:',
    '  image: ghcr.io/ameide/l2o-process:0.7.0',
    '  definitionRef:',
    `    id: ${id}`,
    '    tenantId: t123',
    ...reference.map((line) => `    ${line}`),
    '  temporal:',
    '    namespace: sales-process',
    `    taskQueue: ${name}`,
    '',
  ].join('\n');
}

/** The lines of a pin in definitionRef. */
export function pinLines(version: number, checksum: string, id = 'L2O_v3'): string[] {
  return ['pin:', `  id: ${id}`, `  version: ${version}`, `  checksum: ${checksum}`];
}

/** The lines of retained pins in definitionRef. */
export function retainedLines(...pins: readonly (readonly [version: number, checksum: string, id?: string])[]): string[] {
  return [
    'retained:',
    ...pins.flatMap(([version, checksum, id = 'L2O_v3']) => [`- id: ${id}`, `  version: ${version}`, `  checksum: ${checksum}`]),
  ];
}
