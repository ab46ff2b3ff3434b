/**
 * Compares the Processes of a folder with what they were at another revision: a pin that was there must still be there, as pin or
 * retained, and nothing may have moved to another queue. Whole Processes and patches of them count alike. Pure.
 */
import { checksumHex } from '../names.ts';
import { type Problem, problem, type ResourceRef } from '../problem.ts';
import type { Pin } from '../process.ts';
import { folderOf, isProcessKind, placeOf } from '../render/located.ts';
import { nameOf, namespaceOf, type Resource, referTo, valueAt } from '../resource.ts';
import type { Outcome } from './outcome.ts';
import { pinsOf, type WrittenPin } from './written-pins.ts';

const identityFields = ['address', 'namespace', 'taskQueue'] as const;
type IdentityField = (typeof identityFields)[number];

/** What the documents of one folder say of one Process: an overlay has its pin in one file and its queue in another. */
interface Unit {
  readonly process: ResourceRef;
  readonly files: readonly string[];
  readonly pins: readonly WrittenPin[];
  readonly identity: Readonly<Partial<Record<IdentityField, string>>>;
}

export interface Compared {
  readonly process: ResourceRef;
  /** The one with the pins first. */
  readonly files: readonly string[];
  readonly before: string;
  readonly now: string;
  readonly change: 'same' | 'changed' | 'moved' | 'added' | 'removed';
}

/** The items of one revision, with the address that a Process has when it names none. */
export interface Side {
  readonly items: readonly Resource[];
  readonly defaultAddress: string;
}

export interface Comparison {
  readonly outcomes: readonly Outcome[];
  readonly compared: readonly Compared[];
  readonly remarks: readonly Problem[];
}

/** `drop`: versions and checksums that are meant to go. */
export function compareRevision(before: Side, now: Side, drop: readonly string[]): Comparison {
  const [old, current] = [unitsOf(before), unitsOf(now)];
  const newcomers = new Map<string, Unit[]>();
  for (const [key, unit] of current) {
    const { name } = unit.process;
    if (!old.has(key)) newcomers.set(name, [...(newcomers.get(name) ?? []), unit]);
  }
  const used = new Set<string>();
  const outcomes: Outcome[] = [];
  const compared: Compared[] = [];
  const remarks: Problem[] = [];
  const heirs = new Set<Unit>();
  for (const [key, unit] of old) {
    const same = current.get(key);
    const moved = (newcomers.get(unit.process.name) ?? []).filter((newcomer) => isOneNamespace(unit, newcomer));
    if (!same) for (const heir of moved) heirs.add(heir);
    compared.push(compareUnits(unit, same, moved));
    if (same || moved.length > 0) outcomes.push(...checkUnit({ unit, same, moved, drop, used }));
    else remarks.push(gone(unit));
  }
  for (const [key, unit] of current) if (!old.has(key) && !heirs.has(unit)) compared.push(compareUnits(undefined, unit, []));
  return { outcomes, compared, remarks: [...remarks, ...drop.filter((pin) => !used.has(pin)).map(unusedDrop)] };
}

function unitsOf({ items, defaultAddress }: Side): Map<string, Unit> {
  const units = new Map<string, Unit>();
  for (const item of items) {
    if (!isProcessKind(item)) continue;
    const file = placeOf(item)?.path ?? '';
    const key = [folderOf(file), namespaceOf(item), nameOf(item)].join('\n');
    const known = units.get(key);
    const pins = pinsOf(item);
    const others = known?.files ?? [];
    units.set(key, {
      process: known?.process ?? referTo(item),
      // The file with the pins stands for the whole.
      files: pins.length > 0 ? [file, ...others] : [...others, file],
      pins: [...(known?.pins ?? []), ...pins],
      identity: { ...known?.identity, ...identityOf(item, defaultAddress) },
    });
  }
  return units;
}

/** Only what the document says; a whole Process says an address in any case. */
function identityOf(item: Resource, defaultAddress: string): Unit['identity'] {
  const temporal = valueAt(item, 'spec', 'temporal');
  const written = identityFields.flatMap((field) => {
    const value = valueAt(temporal, field);
    return typeof value === 'string' ? [[field, value] as const] : [];
  });
  const isWhole = valueAt(item, 'spec', 'image') !== undefined && valueAt(temporal, 'taskQueue') !== undefined;
  return { ...(isWhole && { address: defaultAddress }), ...Object.fromEntries(written) };
}

/** A patch seldom names the namespace. */
function isOneNamespace({ process: { namespace: a } }: Unit, { process: { namespace: b } }: Unit): boolean {
  return a === b || a === undefined || b === undefined;
}

interface Checked {
  readonly unit: Unit;
  readonly same: Unit | undefined;
  /** Units of that Process in folders that had none: it was moved there, or divided. */
  readonly moved: readonly Unit[];
  readonly drop: readonly string[];
  /** Entries of `drop` that named something. */
  readonly used: Set<string>;
}

function checkUnit(checked: Checked): Outcome[] {
  const { unit, same, moved } = checked;
  const at = { process: unit.process, file: (same ?? moved[0])!.files[0]! };
  return [
    { ...at, check: 'pins', problems: lostPins(checked) },
    { ...at, check: 'identity', problems: identityFields.flatMap((field) => changedIdentity(field, checked)) },
  ];
}

function lostPins({ unit, same, moved, drop, used }: Checked): Problem[] {
  const holders = moved.filter(({ pins }) => pins.length > 0);
  const has = (holder: Unit | undefined, checksum: string) => holder?.pins.some(({ pin }) => pin.checksum === checksum) ?? false;
  const isKept = (checksum: string) => has(same, checksum) || (holders.length > 0 && holders.every((holder) => has(holder, checksum)));
  const lost = new Map(unit.pins.filter(({ pin }) => !isKept(pin.checksum)).map((one) => [one.pin.checksum, one]));
  return [...lost.values()].flatMap(({ pin, role }) => {
    const acknowledged = drop.filter((wanted) => isMeant(wanted, pin));
    for (const wanted of acknowledged) used.add(wanted);
    if (acknowledged.length > 0) return [];
    const was = { pin: 'pinned', canary: 'the canary’s', retained: 'retained' }[role];
    const message = `version ${pin.version} of "${pin.id}" (${pin.checksum}) was ${was} and is gone, and running workflows may replay it; put it into spec.definitionRef.retained, or acknowledge: --drop ${pin.version}`;
    const file = { path: (same ?? moved[0])!.files[0]! };
    return [
      problem('PinDropped', message, { resource: unit.process, field: { path: 'spec.definitionRef.retained', proposedValue: pin }, file }),
    ];
  });
}

/** A version, or a checksum of which at least ten hex digits are given. */
function isMeant(wanted: string, { version, checksum }: Pin): boolean {
  if (wanted === String(version) || wanted === checksum) return true;
  return /^[0-9a-f]{10,64}$/.test(checksumHex(wanted)) && checksumHex(checksum).startsWith(checksumHex(wanted));
}

function changedIdentity(field: IdentityField, { unit, same, moved }: Checked): Problem[] {
  const before = unit.identity[field];
  const candidates = same ? [same] : moved.filter(({ identity }) => identity[field] !== undefined);
  if (candidates.length === 0 || candidates.some(({ identity }) => identity[field] === before)) return [];
  const holder = candidates[0]!;
  const now = holder.identity[field];
  const say = (value: string | undefined) => (value === undefined ? 'not set' : `"${value}"`);
  const message = `was ${say(before)} and is ${say(now)}: workers would leave running workflows; add a new Process for it and drain this one`;
  const where = {
    path: `spec.temporal.${field}`,
    ...(now !== undefined && { currentValue: now }),
    ...(before !== undefined && { proposedValue: before }),
  };
  return [problem('IdentityChanged', message, { resource: holder.process, field: where, file: { path: holder.files[0]! } })];
}

function compareUnits(unit: Unit | undefined, same: Unit | undefined, moved: readonly Unit[]): Compared {
  const now = same ?? moved[0];
  const [was, is] = [unit ? pinsInWords(unit.pins) : '-', now ? pinsInWords(now.pins) : '-'];
  const change = !unit ? 'added' : !now ? 'removed' : !same ? 'moved' : was === is ? 'same' : 'changed';
  return { process: (now ?? unit)!.process, files: (now ?? unit)!.files, before: was, now: is, change };
}

/** `3, retained 1 2`, or `no pin`. */
function pinsInWords(pins: readonly WrittenPin[]): string {
  const of = (role: WrittenPin['role']) => pins.filter((one) => one.role === role).map(({ pin }) => String(pin.version));
  const [pinned, canary, retained] = [of('pin'), of('canary'), of('retained')];
  if (pins.length === 0) return 'no pin';
  return [
    pinned.join(' ') || 'no pin',
    ...(canary.length > 0 ? [`canary ${canary.join(' ')}`] : []),
    ...(retained.length > 0 ? [`retained ${retained.join(' ')}`] : []),
  ].join(', ');
}

function gone({ process, files }: Unit): Problem {
  const message =
    'was there and is removed: its deletion waits for its workflows, where it is guarded; `ameide-process drain` first is the better way';
  return { ...problem('ProcessRemoved', message, { resource: process, file: { path: files[0]! } }), severity: 'warning' };
}

function unusedDrop(wanted: string): Problem {
  return { ...problem('PinDropped', `--drop ${wanted} names no pin that was dropped; leave it out`), severity: 'warning' };
}
