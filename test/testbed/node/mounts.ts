/**
 * The shell commands that give a container its view of the file system, in a mount namespace of its own. Nothing on the machine changes:
 * where a mount point does not exist, a read-only overlay adds it.
 */
import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

export interface Mount {
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
}

export interface View {
  readonly mounts: readonly Mount[];
  /** Files to stand in /etc: `hosts`, `hostname`. */
  readonly etc: Readonly<Record<string, string>>;
  /** Folders that must stay visible as they are, whatever is mounted over them: that of the program. */
  readonly kept: readonly string[];
  readonly readOnlyRoot: boolean;
  /** A folder for what the overlays add; must stand until the commands have run. */
  readonly scratch: string;
}

export function mountCommands({ mounts, etc, kept, readOnlyRoot, scratch }: View): string[] {
  const all = [...mounts, ...kept.filter((path) => mounts.some(({ target }) => isWithin(path, target))).map(keep)];
  const nested = all.filter((mount) => outerOf(mount, all));
  const outer = all.filter((mount) => !outerOf(mount, all));
  const added = new Map<string, string>([['/etc', layer(scratch, '/etc')]]);
  for (const [name, text] of Object.entries(etc)) writeFileSync(join(added.get('/etc')!, name), text);
  for (const mount of outer) if (!existsSync(mount.target)) addMountPoint(mount, added, scratch);
  // First into the folders that are mounted over others afterwards; what hides the scratch folder comes last.
  const inner = nested
    .sort((a, b) => b.target.length - a.target.length)
    .flatMap((mount) => {
      const place = placeWithin(mount, outerOf(mount, all)!);
      makeMountPoint(mount, place);
      return bind({ ...mount, target: place });
    });
  const hides = ({ target }: Mount) => Number(isWithin(scratch, target));
  return [
    ...[...added].sort().map(([target, lower]) => `mount -t overlay overlay -o ${quote(`lowerdir=${lower}:${target}`)} ${quote(target)}`),
    ...inner,
    ...outer.sort((a, b) => hides(a) - hides(b)).flatMap(bind),
    ...(readOnlyRoot ? ['mount -o remount,bind,ro /'] : []),
  ];
}

export function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function keep(path: string): Mount {
  return { source: path, target: path, readOnly: false };
}

/** The innermost other mount that contains this one's target. */
function outerOf({ target }: Mount, all: readonly Mount[]): Mount | undefined {
  return all
    .filter((other) => other.target !== target && isWithin(target, other.target))
    .sort((a, b) => b.target.length - a.target.length)[0];
}

function placeWithin({ target }: Mount, outer: Mount): string {
  return join(outer.source, relative(outer.target, target));
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
}

function bind({ source, target, readOnly }: Mount): string[] {
  const made = `mount --rbind ${quote(source)} ${quote(target)}`;
  return readOnly ? [made, `mount -o remount,bind,ro ${quote(target)}`] : [made];
}

function addMountPoint(mount: Mount, added: Map<string, string>, scratch: string): void {
  const existing = nearestExisting(dirname(mount.target));
  if (existing === '/') throw new Error(`the stand-in kubelet cannot mount at ${mount.target}: / has no such folder`);
  const lower = added.get(existing) ?? layer(scratch, existing);
  added.set(existing, lower);
  makeMountPoint(mount, join(lower, relative(existing, mount.target)));
}

function makeMountPoint({ source }: Mount, place: string): void {
  if (statSync(source).isDirectory()) mkdirSync(place, { recursive: true });
  else {
    mkdirSync(dirname(place), { recursive: true });
    writeFileSync(place, '');
  }
}

function layer(scratch: string, target: string): string {
  const folder = join(scratch, 'layers', target.replaceAll('/', '_'));
  mkdirSync(folder, { recursive: true });
  return folder;
}

function nearestExisting(path: string): string {
  return existsSync(path) ? path : nearestExisting(dirname(path));
}
