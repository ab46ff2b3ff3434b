/** The definitions that a list of items carries: ConfigMaps, known by the id, tenant and checksum in their annotations (a prefix may have renamed them). */
import { checksumOf } from '../definition/check.ts';
import { annotation, definition } from '../names.ts';
import { type Problem, problem, type Reason } from '../problem.ts';
import type { Pin } from '../process.ts';
import { annotationOf, isObject, nameOf, type Resource } from '../resource.ts';

const pinAgain = 'run `ameide-process pin DIR`';

interface Stored {
  readonly name: string;
  readonly id: string;
  readonly tenantId: string;
  readonly version: string;
  readonly checksum: string;
  readonly text: unknown;
}

export interface DefinitionStore {
  /** The bytes of a pin, verified, or why they are not to be had. `field` is where the pin stands. */
  read(pin: Pin, tenantId: string, role: 'pin' | 'canary' | 'retained', field: string): string | Problem;
}

export function definitionStore(items: readonly Resource[]): DefinitionStore {
  const byKey = new Map<string, Stored[]>();
  const byId = new Map<string, Stored[]>();
  for (const item of items) {
    const stored = storedIn(item);
    if (!stored) continue;
    addTo(byKey, keyOf(stored), stored);
    addTo(byId, stored.id, stored);
  }
  return {
    read: (pin, tenantId, role, field) => {
      const wanted = { pin, tenantId, role };
      const copies = byKey.get(keyOf({ ...pin, tenantId, version: String(pin.version) })) ?? [];
      for (const { text } of copies) if (typeof text === 'string' && checksumOf(text) === pin.checksum) return text;
      const [reason, message] = whyNot(byId.get(pin.id) ?? [], wanted) ?? missing(wanted);
      return problem(reason, message, { field: { path: field, currentValue: pin } });
    },
  };
}

function addTo(groups: Map<string, Stored[]>, key: string, stored: Stored): void {
  const group = groups.get(key);
  if (group) group.push(stored);
  else groups.set(key, [stored]);
}

function keyOf({ id, tenantId, version, checksum }: Omit<Stored, 'name' | 'text'>): string {
  return JSON.stringify([id, tenantId, version, checksum]);
}

function storedIn(item: Resource): Stored | undefined {
  if (item.kind !== 'ConfigMap' || item.apiVersion !== 'v1') return;
  const id = annotationOf(item, annotation.definitionId);
  const checksum = annotationOf(item, annotation.definitionChecksum);
  if (id === undefined || checksum === undefined) return;
  return {
    name: nameOf(item),
    id,
    checksum,
    tenantId: annotationOf(item, annotation.definitionTenant) ?? '',
    version: annotationOf(item, annotation.definitionVersion) ?? '',
    text: isObject(item.data) ? item.data[definition.key] : undefined,
  };
}

interface Wanted {
  readonly pin: Pin;
  readonly tenantId: string;
  readonly role: 'pin' | 'canary' | 'retained';
}

/** Something is there, but it is not what the pin says: which of the two is wrong a person must see. The closest first. */
function whyNot(stored: readonly Stored[], { pin, tenantId }: Wanted): readonly [Reason, string] | undefined {
  const sameBytes = stored.filter(({ checksum }) => checksum === pin.checksum);
  const ownBytes = sameBytes.filter((candidate) => candidate.tenantId === tenantId);
  const edited = ownBytes.find(({ version }) => version === String(pin.version));
  if (edited) {
    const found = typeof edited.text === 'string' ? checksumOf(edited.text) : `no ${definition.key}`;
    return [
      'ChecksumMismatch',
      `ConfigMap "${edited.name}" should hold ${pin.checksum} but holds ${found}; restore it from Git or ${pinAgain}`,
    ];
  }
  const [otherVersion] = ownBytes;
  if (otherVersion) {
    const { name, version } = otherVersion;
    return [
      'PinMismatch',
      `the pin says version ${pin.version}, ConfigMap "${name}" says version ${version || 'none'} for the same bytes; ${pinAgain}`,
    ];
  }
  const [other] = sameBytes;
  if (other) {
    return [
      'PinMismatch',
      `the Process wants tenant "${tenantId}", ConfigMap "${other.name}" holds these bytes for tenant "${other.tenantId}"; ${pinAgain}`,
    ];
  }
  const otherBytes = stored.find((candidate) => candidate.tenantId === tenantId && candidate.version === String(pin.version));
  if (!otherBytes) return;
  const { name, version, checksum } = otherBytes;
  return [
    'ChecksumMismatch',
    `the pin says ${pin.checksum}, ConfigMap "${name}" for version ${version} says ${checksum}; restore one of them from Git or ${pinAgain}`,
  ];
}

function missing({ pin, role, tenantId }: Wanted): readonly [Reason, string] {
  const what = `no ConfigMap holds "${pin.id}" version ${pin.version} (${pin.checksum}) for tenant "${tenantId}"`;
  if (role !== 'retained') return ['DefinitionBytesMissing', `${what}; ${pinAgain}, or restore the file from Git`];
  return ['RetainedBytesMissing', `${what}; restore the file from Git, or retire it: \`ameide-process pin DIR --drop ${pin.version}\``];
}
