/** The definitions that a list of items carries: ConfigMaps, known by the id, tenant and checksum in their annotations (a prefix may have renamed them). */
import { checksumOf } from '../definition/check.ts';
import { annotation, definition } from '../names.ts';
import { type Problem, problem } from '../problem.ts';
import type { Pin } from '../process.ts';
import { annotationOf, isObject, nameOf, type Resource } from '../resource.ts';

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
  read(pin: Pin, tenantId: string, role: 'pin' | 'retained', field: string): string | Problem;
}

export function definitionStore(items: readonly Resource[]): DefinitionStore {
  const byId = new Map<string, Stored[]>();
  for (const item of items) {
    const stored = storedIn(item);
    if (stored) byId.set(stored.id, [...(byId.get(stored.id) ?? []), stored]);
  }
  return { read: (pin, tenantId, role, field) => verified(byId.get(pin.id) ?? [], { pin, tenantId, role, field }) };
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
  readonly role: 'pin' | 'retained';
  readonly field: string;
}

function verified(stored: readonly Stored[], wanted: Wanted): string | Problem {
  const { pin, tenantId, field } = wanted;
  const same = stored.filter((candidate) => candidate.checksum === pin.checksum && candidate.tenantId === tenantId);
  const versioned = same.filter((candidate) => candidate.version === String(pin.version));
  for (const { text } of versioned) if (typeof text === 'string' && checksumOf(text) === pin.checksum) return text;
  return notVerified(stored, same, versioned, wanted) ?? missing(pin, field, wanted);
}

/** Something is there, but it is not what the pin says: which of the two is wrong a person must see. */
function notVerified(
  stored: readonly Stored[],
  same: readonly Stored[],
  versioned: readonly Stored[],
  wanted: Wanted,
): Problem | undefined {
  const { pin, tenantId, field } = wanted;
  const at = { field: { path: field, currentValue: pin } };
  const edited = versioned[0];
  if (edited) {
    const found = typeof edited.text === 'string' ? checksumOf(edited.text) : `no ${definition.key}`;
    return problem(
      'ChecksumMismatch',
      `ConfigMap "${edited.name}" should hold ${pin.checksum} but holds ${found}; restore it from Git or run \`ameide-process pin DIR\``,
      at,
    );
  }
  if (same[0]) {
    return problem(
      'PinMismatch',
      `the pin says version ${pin.version}, ConfigMap "${same[0].name}" says version ${same[0].version || 'none'} for the same bytes; run \`ameide-process pin DIR\``,
      at,
    );
  }
  const otherTenant = stored.find(({ checksum }) => checksum === pin.checksum);
  if (otherTenant) {
    return problem(
      'PinMismatch',
      `the Process wants tenant "${tenantId}", ConfigMap "${otherTenant.name}" holds these bytes for tenant "${otherTenant.tenantId}"; run \`ameide-process pin DIR\``,
      at,
    );
  }
  const otherBytes = stored.find((candidate) => candidate.tenantId === tenantId && candidate.version === String(pin.version));
  if (otherBytes) {
    return problem(
      'ChecksumMismatch',
      `the pin says ${pin.checksum}, ConfigMap "${otherBytes.name}" for version ${pin.version} says ${otherBytes.checksum}; restore one of them from Git or run \`ameide-process pin DIR\``,
      at,
    );
  }
  return;
}

function missing(pin: Pin, field: string, { role, tenantId }: Wanted): Problem {
  const what = `no ConfigMap holds "${pin.id}" version ${pin.version} (${pin.checksum}) for tenant "${tenantId}"`;
  const at = { field: { path: field, currentValue: pin } };
  if (role === 'pin') return problem('DefinitionBytesMissing', `${what}; run \`ameide-process pin DIR\`, or restore the file from Git`, at);
  return problem(
    'RetainedBytesMissing',
    `${what}; restore the file from Git, or retire it: \`ameide-process pin DIR --drop ${pin.version}\``,
    at,
  );
}
