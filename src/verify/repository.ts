/** Verifies a folder as it is in Git: everything parses, pins have their bytes, and where a render is committed it is up to date. No I/O: `render` gets no source. */
import type { FnConfig } from '../fn-config.ts';
import { annotation } from '../names.ts';
import { type FileChange, fileChanges, type Package } from '../package/package.ts';
import { hasErrors, type Problem, problem, type Reason } from '../problem.ts';
import { parseProcess } from '../process.ts';
import { fileOf, isGenerated, isProcessKind, placeOf, scopeOf } from '../render/located.ts';
import { render } from '../render/render.ts';
import { annotationOf, nameOf, namespaceOf, type Resource, referTo } from '../resource.ts';
import type { Change } from '../resource-list.ts';
import { NotEditableError } from '../yaml/edit.ts';
import type { Outcome } from './outcome.ts';
import { checkPatches } from './patches.ts';
import { valueAt } from './pod-template.ts';
import { mismatchOf } from './stored-bytes.ts';

/** The folder's files, and what its kustomizations say of them; paths are relative to the folder. */
export interface Repository {
  readonly dir: string;
  readonly pkg: Package;
  /** Files that a kustomization lists as patches: parts of a Process, no Process. */
  readonly patches: ReadonlySet<string>;
  /** Files of kustomizations that others build upon: what is not pinned there is pinned by those. */
  readonly bases: ReadonlySet<string>;
}

export async function checkRepository(repository: Repository, config: FnConfig): Promise<Outcome[]> {
  const { pkg, patches, dir } = repository;
  const isPatch = (item: Resource) => patches.has(placeOf(item)?.path ?? '');
  const isOpenBase = (item: Resource) => isProcessKind(item) && isUnpinnedBase(item, repository);
  const whole = narrow(pkg, (item) => !isPatch(item) && !isOpenBase(item));
  const offline: FnConfig = { ...config, resolve: 'Never' };
  const { findings } = await render(whole.items, offline);
  const processes = whole.items.filter(isProcessKind);
  const ofProcess = new Map(processes.map((item) => [item, findings.filter((found) => isAbout(found, item))]));
  const wrong = new Set(processes.filter((item) => hasErrors(ofProcess.get(item)!)));
  const ofNobody = findings.filter((found) => !processes.some((item) => isAbout(found, item)));
  const known = new Set(processes.map(ownerKey));
  const committed = committedOwners(whole.items);
  const owners = { known, committed, without: new Set([...wrong].map(ownerKey)), dir };
  const stale = await staleFiles(
    narrow(whole, (item) => !wrong.has(item)),
    offline,
    owners,
  );
  const staleOf = (item: Resource) => (committed.has(ownerKey(item)) ? (stale.get(ownerKey(item)) ?? []) : undefined);
  return [
    ...pkg.items.filter(isOpenBase).flatMap(checkBase),
    ...processes.flatMap((item) => checkProcess(item, ofProcess.get(item)!, staleOf(item))),
    ...checkPatches(
      pkg.items.filter((item) => isProcessKind(item) && isPatch(item)),
      pkg.items,
    ),
    {
      check: 'package',
      problems: [
        ...ofNobody,
        ...editedBytes(pkg.items, findings),
        ...[...stale].filter(([key]) => !known.has(key)).flatMap(([, problems]) => problems),
      ],
    },
  ];
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

/** Overlays may give what a base lacks. */
function checkBase(item: Resource): Outcome[] {
  const at = { process: referTo(item), file: placeOf(item)!.path };
  const parsed = parseProcess(item, { file: { path: at.file } });
  const problems = 'problems' in parsed ? parsed.problems.filter(({ reason }) => reason !== 'FieldMissing') : [];
  const message =
    'is not pinned here but in overlays; verify what each of them builds: `kustomize build OVERLAY | ameide-process verify --rendered -`';
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

/** `stale` is undefined where no render of the Process is committed: kustomize does it then. */
function checkProcess(item: Resource, findings: readonly Problem[], stale: readonly Problem[] | undefined): Outcome[] {
  const at = { process: referTo(item), file: placeOf(item)!.path };
  const of = (check: string) => findings.filter(({ reason }) => (checkOf[reason] ?? 'valid') === check);
  const [valid, pinned] = [of('valid'), of('pinned')];
  const isKnown = !hasErrors(valid);
  return [
    { ...at, check: 'valid', problems: valid },
    { ...at, check: 'pinned', problems: isKnown || pinned.length > 0 ? pinned : undefined },
    { ...at, check: 'definition', problems: isKnown && !hasErrors(pinned) ? of('definition') : undefined },
    ...(stale
      ? [
          {
            ...at,
            check: 'rendered',
            problems: hasErrors(findings) ? undefined : stale.map((found) => ({ file: { path: at.file }, ...found, resource: at.process })),
          },
        ]
      : []),
  ];
}

/** What a render would change now. Where it could not write the change, that is the finding. */
function staleProblems(pkg: Package, changes: readonly Change[], dir: string): Problem[] {
  try {
    return fileChanges(pkg, changes).map((change) => staleProblem(change, dir));
  } catch (error) {
    if (!(error instanceof NotEditableError)) throw error;
    return [problem('NotEditable', `a render would change it, but ${error.message}; write it out as a plain mapping`)];
  }
}

function staleProblem({ path, before, text }: FileChange, dir: string): Problem {
  const what =
    before === undefined ? 'is missing' : text === undefined ? 'would be deleted by a render now' : 'is not what a render gives now';
  return problem('RenderStale', `${what}; run \`ameide-process render ${dir}\` and commit`, { file: { path } });
}

/** A Process and what is generated for it belong together within one folder. */
function ownerKey(item: Resource): string {
  const owner = isProcessKind(item) ? nameOf(item) : (annotationOf(item, annotation.generatedFor) ?? '');
  return [scopeOf(placeOf(item)), namespaceOf(item), owner].join('\n');
}

/** Those of which a render is in the folder: a Deployment, or the trace that the render leaves on the Process. */
function committedOwners(items: readonly Resource[]): Set<string> {
  const isTrace = (item: Resource) =>
    isProcessKind(item) ? annotationOf(item, annotation.renderedFrom) !== undefined : isGenerated(item) && item.kind === 'Deployment';
  return new Set(items.filter(isTrace).map(ownerKey));
}

interface Owners {
  /** Of whom there is a Process in the folder. */
  readonly known: ReadonlySet<string>;
  readonly committed: ReadonlySet<string>;
  /** Not to be looked at. */
  readonly without: ReadonlySet<string>;
  readonly dir: string;
}

/** By owner, what a render would change now. What only kustomize renders is left out, and so are definitions without a Process: an overlay's. */
async function staleFiles(pkg: Package, config: FnConfig, { known, committed, without, dir }: Owners): Promise<Map<string, Problem[]>> {
  const { changes } = await render(pkg.items, config);
  const byOwner = new Map<string, Change[]>();
  for (const change of changes) {
    const item = change.kind === 'add' ? change.resource : pkg.items[change.index]!;
    const key = ownerKey(item);
    const isOurs = known.has(key) ? committed.has(key) : item.kind !== 'ConfigMap';
    if (isOurs && !without.has(key)) byOwner.set(key, [...(byOwner.get(key) ?? []), change]);
  }
  return new Map([...byOwner].map(([key, ofOwner]) => [key, staleProblems(pkg, ofOwner, dir)]));
}
