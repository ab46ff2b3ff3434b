/** What `pin` did, for people and for machines. */
import type { FileChange } from '../package/package.ts';
import type { TargetsRead } from '../pinning/read-targets.ts';
import type { Asked, Decided, Target } from '../pinning/target.ts';
import type { Pin } from '../process.ts';
import { tellHeld, tellTried, versionAfter } from './held.ts';
import { type Terminal, table, toJson } from './terminal.ts';

interface Done {
  readonly dir: string;
  readonly read: TargetsRead;
  readonly decided: readonly Decided[];
  readonly changes: readonly FileChange[];
  readonly asked: Asked;
}

export async function tellPinned(
  done: Done,
  { output, dryRun = false }: { readonly output: 'table' | 'json'; readonly dryRun?: boolean },
  terminal: Terminal,
): Promise<void> {
  const { dir, read, decided, changes } = done;
  if (output === 'json') return terminal.print(asJson(done, dryRun));
  const hasCanary = decided.some(({ next }) => next.canary !== undefined);
  await terminal.print(
    table(
      ['PROCESS', 'DEFINITION', 'PINNED', ...(hasCanary ? ['CANARY'] : []), 'RETAINED', 'FILE'],
      decided.map((one) => row(dir, one, { hasCanary, terminal })),
    ),
  );
  for (const change of changes) {
    await terminal.print(`${terminal.style('green', `${dryRun ? 'would be ' : ''}${verbOf(change)}`)} ${shown(dir, change.path)}`);
  }
  if (changes.length === 0) await terminal.print(`${dir}: every pin is as it should be, nothing to change`);
  else if (!dryRun) await terminal.remark(nextStep(done));
  if (done.asked.track === 'stable') await tellHeld(dir, decided, done.asked.version, terminal);
  const tried = decided.flatMap(({ target, next }) =>
    next.tried === undefined ? [] : [{ target, version: next.tried, file: fileOf(dir, target) }],
  );
  await tellTried(tried, terminal);
  await tellOverlays(dir, read.overlays, 'pin', terminal);
}

/** Overlays below a folder are not worked on with it; say so, with the commands. */
export async function tellOverlays(dir: string, overlays: readonly string[], verb: string, terminal: Terminal): Promise<void> {
  if (overlays.length === 0) return;
  const commands = overlays.map((overlay) => `\n  ameide-process ${verb} ${shown(dir, overlay).replace(/\/$/, '')}`);
  await terminal.remark(`Overlays below have pins of their own; take them one by one:${commands.join('')}`);
}

function nextStep({ dir, read }: Done): string {
  const then = read.isOverlay ? 'Build it with kustomize as usual' : `Run \`ameide-process render ${dir}\``;
  return `${then}, review the diff and commit.`;
}

function verbOf({ before, text }: FileChange): 'created' | 'deleted' | 'changed' {
  return before === undefined ? 'created' : text === undefined ? 'deleted' : 'changed';
}

/** A file as a person finds it from where the command was given. */
export function shown(dir: string, path: string): string {
  return dir === '.' ? path : `${dir.replace(/\/+$/, '')}/${path}`;
}

/** Where the pin stands. */
export function fileOf(dir: string, { patch, path }: Target): string {
  return shown(dir, patch ?? path);
}

function row(dir: string, { target, next }: Decided, { hasCanary, terminal }: { hasCanary: boolean; terminal: Terminal }): string[] {
  const { metadata, spec } = target.process;
  const moved = move(spec.definitionRef.pin, next.pin, terminal);
  const canary = next.canary ? move(spec.rollout?.canary?.pin, next.canary, terminal) : '-';
  const name = metadata.namespace ? `${metadata.namespace}/${metadata.name}` : metadata.name;
  const retained = next.retained.map((one) => (one.id === next.pin.id ? one.version : `${one.id} ${one.version}`)).join(', ');
  return [name, next.pin.id, moved, ...(hasCanary ? [canary] : []), retained || '-', fileOf(dir, target)];
}

function move(pin: Pin | undefined, next: Pin, terminal: Terminal): string {
  const isMoved = pin?.checksum !== next.checksum || pin.version !== next.version || pin.id !== next.id;
  const was = pin && (pin.id === next.id ? `${pin.version}` : `${pin.id} ${pin.version}`);
  return isMoved ? terminal.style('green', `${was === undefined ? 'new' : was} → ${next.version}`) : `${next.version}`;
}

function asJson({ read, decided, changes, asked }: Done, dryRun: boolean): string {
  const processes = decided.map(({ target, next }) => {
    const { metadata, spec } = target.process;
    return {
      name: metadata.name,
      ...(metadata.namespace && { namespace: metadata.namespace }),
      file: target.patch ?? target.path,
      was: spec.definitionRef.pin ?? null,
      pin: next.pin,
      ...(next.canary && { canary: next.canary }),
      retained: next.retained,
      stays: versionAfter(target, asked.track === 'stable' ? asked.version : undefined) ?? null,
    };
  });
  const files = changes.map((change) => ({ path: change.path, change: verbOf(change) }));
  return toJson({ processes, files, overlays: read.overlays, dryRun }, []);
}
