/** Verifies a folder as it is in Git: everything parses, pins have their bytes, and where a render is committed it is up to date. No I/O: `render` gets no source. */
import type { FnConfig } from '../fn-config.ts';
import { annotation } from '../names.ts';
import type { Package } from '../package/package.ts';
import { hasErrors, type Problem, problem, type Reason } from '../problem.ts';
import { parseProcess } from '../process.ts';
import { fileOf, isProcessKind, placeOf } from '../render/located.ts';
import { render } from '../render/render.ts';
import { annotationOf, nameOf, namespaceOf, type Resource, referTo, valueAt } from '../resource.ts';
import { buildCommand, checkUnpinned, folderIn, leftToBuilds } from './builds.ts';
import { guardsInFolders } from './guard-holds.ts';
import type { Outcome } from './outcome.ts';
import { checkPatches } from './patches.ts';
import type { Build } from './read-builds.ts';
import { committedOwners, ownerKey, staleFiles } from './stale.ts';
import { mismatchOf } from './stored-bytes.ts';

/** The folder's files, and what its kustomizations say of them; paths are relative to the folder. */
export interface Repository {
  readonly dir: string;
  readonly pkg: Package;
  /** Files that a kustomization lists as patches: parts of a Process, no Process. */
  readonly patches: ReadonlySet<string>;
  /** Files of kustomizations that others build upon: what is not pinned there is pinned by those. */
  readonly bases: ReadonlySet<string>;
  /** The kustomizations that a person builds. */
  readonly builds: readonly Build[];
  /** What kustomizations list and is not there. */
  readonly missing: readonly Problem[];
}

export async function checkRepository(repository: Repository, config: FnConfig): Promise<Outcome[]> {
  const { pkg, patches, dir, builds, missing } = repository;
  const isPatch = (item: Resource) => patches.has(placeOf(item)?.path ?? '');
  const isOpenBase = (item: Resource) => isProcessKind(item) && isUnpinnedBase(item, repository);
  const whole = narrow(pkg, (item) => !isPatch(item) && !isOpenBase(item));
  const offline: FnConfig = { ...config, resolve: 'Never' };
  const { findings } = await render(whole.items, offline);
  const processes = whole.items.filter(isProcessKind);
  const ofProcess = new Map(processes.map((item) => [item, findings.filter((found) => isAbout(found, item))]));
  const wrong = new Set(processes.filter((item) => hasErrors(ofProcess.get(item)!)));
  const ofNobody = findings.filter((found) => !processes.some((item) => isAbout(found, item)));
  const known = new Map(processes.map((item) => [ownerKey(item), fileIn(item)]));
  const committed = committedOwners(whole.items);
  const owners = { known, committed, without: new Set([...wrong].map(ownerKey)), dir };
  const stale = await staleFiles(
    narrow(whole, (item) => !wrong.has(item)),
    offline,
    owners,
  );
  const isCommitted = (item: Resource) => committed.has(ownerKey(item));
  const renderedOf = (item: Resource) => (isCommitted(item) ? (stale.get(ownerKey(item)) ?? []) : unrendered(item, builds));
  const openBases = pkg.items.filter(isOpenBase);
  const left = new Set(processes.filter((item) => !isCommitted(item) && !wrong.has(item)).map(fileIn));
  const strays = [...stale].filter(([key]) => !known.has(key)).flatMap(([, problems]) => problems);
  const remarks = leftToBuilds(buildsBeside(openBases, builds), left, dir);
  const patched = pkg.items.filter((item) => isProcessKind(item) && isPatch(item));
  const guards = guardsInFolders(pkg.items.filter((item) => !isPatch(item)));
  return [
    ...openBases.flatMap((item) => checkBase(item, repository)),
    ...processes.flatMap((item) => checkProcess(item, ofProcess.get(item)!, renderedOf(item))),
    ...checkPatches(patched, pkg.items, dir),
    ...checkUnpinned(builds, dir),
    ...[...openBases, ...processes].map((item) => checkGuard(item, guards)),
    { check: 'package', problems: [...missing, ...ofNobody, ...editedBytes(pkg.items, findings), ...strays, ...remarks] },
  ];
}

/** Those that are not told of with a base, nor as unpinned. */
function buildsBeside(openBases: readonly Resource[], builds: readonly Build[]): Build[] {
  return builds.filter(({ files, unpinned }) => unpinned.length === 0 && !openBases.some((item) => files.has(fileIn(item))));
}

function fileIn(item: Resource): string {
  return placeOf(item)!.path;
}

/** Undefined where a kustomization takes the Process: the function runs in its build. */
function unrendered(item: Resource, builds: readonly Build[]): Problem[] | undefined {
  if (builds.some(({ files }) => files.has(fileIn(item)))) return;
  return [problem('NotRendered', 'has no workers in Git; run `ameide-process render DIR` and commit')];
}

function narrow(pkg: Package, isWanted: (item: Resource) => boolean): Package {
  const wanted = pkg.items.map(isWanted);
  return { ...pkg, items: pkg.items.filter((_, at) => wanted[at]), origins: pkg.origins.filter((_, at) => wanted[at]) };
}

function isAbout({ resource, file }: Problem, item: Resource): boolean {
  const at = placeOf(item);
  const isHere = file === undefined || (file.path === at?.path && (file.index ?? 0) === at.index);
  return resource?.kind === item.kind && resource?.name === nameOf(item) && (resource.namespace ?? '') === namespaceOf(item) && isHere;
}

/** Definitions whose bytes were edited; those that a Process misses are told of with it. */
function editedBytes(items: readonly Resource[], findings: readonly Problem[]): Problem[] {
  const told = new Set(
    findings.map(({ reason, field }) => (reason === 'ChecksumMismatch' ? valueAt(field?.currentValue, 'checksum') : undefined)),
  );
  return items.flatMap((item) => {
    const found = mismatchOf(item);
    return found && !told.has(annotationOf(item, annotation.definitionChecksum)) ? [{ ...found, ...fileOf(item) }] : [];
  });
}

function isUnpinnedBase(item: Resource, { bases }: Repository): boolean {
  return bases.has(placeOf(item)?.path ?? '') && valueAt(item, 'spec', 'definitionRef', 'pin') === undefined;
}

function checkGuard(item: Resource, guards: ReadonlyMap<Resource, readonly Problem[]>): Outcome {
  return { process: referTo(item), file: fileIn(item), check: 'guard', problems: guards.get(item) };
}

/** Overlays may give what a base lacks. */
function checkBase(item: Resource, { builds, dir }: Repository): Outcome[] {
  const at = { process: referTo(item), file: fileIn(item) };
  const parsed = parseProcess(item, { file: { path: at.file } });
  const problems = 'problems' in parsed ? parsed.problems.filter(({ reason }) => reason !== 'FieldMissing') : [];
  const [first, ...others] = builds
    .filter(({ files, unpinned }) => files.has(at.file) && unpinned.length === 0)
    .map(({ folder }) => folder);
  const more = others.length > 0 ? `, and likewise ${others.map((folder) => folderIn(dir, folder)).join(', ')}` : '';
  const verify = first === undefined ? '' : `; verify what each of them builds: \`${buildCommand(dir, first)}\`${more}`;
  const message = `is not pinned here but in overlays${verify}`;
  const note: Problem = { ...problem('PinMissing', message, { resource: at.process, file: { path: at.file } }), severity: 'info' };
  return [
    { ...at, check: 'valid', problems },
    { ...at, check: 'pinned', problems: [note] },
  ];
}

const checkOf: Partial<Record<Reason, string>> = {
  PinMissing: 'pinned',
  PinMismatch: 'pinned',
  ChecksumMismatch: 'definition',
  DefinitionBytesMissing: 'definition',
  RetainedBytesMissing: 'definition',
};

/** `rendered` is undefined where kustomize renders the Process. */
function checkProcess(item: Resource, findings: readonly Problem[], rendered: readonly Problem[] | undefined): Outcome[] {
  const at = { process: referTo(item), file: fileIn(item) };
  const of = (check: string) => findings.filter(({ reason }) => (checkOf[reason] ?? 'valid') === check);
  const [valid, pinned] = [of('valid'), of('pinned')];
  const isKnown = !hasErrors(valid);
  return [
    { ...at, check: 'valid', problems: valid },
    { ...at, check: 'pinned', problems: isKnown || pinned.length > 0 ? pinned : undefined },
    { ...at, check: 'definition', problems: isKnown && !hasErrors(pinned) ? of('definition') : undefined },
    ...(rendered
      ? [
          {
            ...at,
            check: 'rendered',
            problems: hasErrors(findings)
              ? undefined
              : rendered.map((found) => ({ file: { path: at.file }, ...found, resource: at.process })),
          },
        ]
      : []),
  ];
}
