/** The live Processes by `namespace/name`, and by the label that their pods have. */
import { namespaceIn } from '../kube/object-key.ts';
import { processLabel } from '../names.ts';
import { type Resource, valueAt } from '../resource.ts';

export interface LiveProcesses {
  readonly all: ReadonlyMap<string, Resource>;
  /** The watch tells. False: the answer to a write has told this already, or something newer. */
  change(key: string, now: Resource | undefined): boolean;
  /** A write of ours was answered. True: this is the latest that is known of it; false: the watch tells the rest, or has told it. */
  learn(key: string, now: Resource): boolean;
  /** The Processes whose pods have this label (`namespace/label`). */
  labelled(label: string): string[];
}

export function openProcesses(): LiveProcesses {
  const all = new Map<string, Resource>();
  const byLabel = new Map<string, string>();
  /** One copy of a spec is enough. */
  const keep = (key: string, now: Resource) => {
    const known = all.get(key);
    all.set(key, known && isSameSpec(now, known) ? Object.assign(now, { spec: known.spec }) : now);
  };
  return {
    all,
    change: (key, now) => {
      const label = `${namespaceIn(key)}/${processLabel(key.slice(key.indexOf('/') + 1))}`;
      if (now === undefined) {
        byLabel.delete(label);
        return all.delete(key);
      }
      const known = all.get(key);
      if (known && isOlder(now, known)) return false;
      // The same version replaces ours, too: the watch keeps its copy anyway.
      keep(key, now);
      byLabel.set(label, key);
      return !known || !isSameVersion(now, known);
    },
    learn: (key, now) => {
      const known = all.get(key);
      if (!known) return false;
      if (isSameVersion(now, known)) return true;
      // It may be another object of that name by now; and we never change a spec, so who did is to be looked at.
      if (!isSameSpec(now, known) || isOlder(now, known)) return false;
      keep(key, now);
      return true;
    },
    labelled: (label) => {
      const key = byLabel.get(label);
      return key === undefined ? [] : [key];
    },
  };
}

/** Then one copy of it is enough, and what was found out about it stands: most changes are our own, of the status. */
function isSameSpec(now: Resource, known: Resource): boolean {
  return areSame(['uid', 'generation'], now, known);
}

function isSameVersion(now: Resource, known: Resource): boolean {
  return areSame(['uid', 'resourceVersion'], now, known);
}

function areSame(fields: readonly string[], a: Resource, b: Resource): boolean {
  return fields.every((field) => {
    const value = valueAt(a, 'metadata', field);
    return value !== undefined && value === valueAt(b, 'metadata', field);
  });
}

/** Versions of one object are numbers that grow; where they are not, the newer word counts. */
function isOlder(now: Resource, known: Resource): boolean {
  const [a, b] = [now, known].map((one) => valueAt(one, 'metadata', 'resourceVersion'));
  if (valueAt(now, 'metadata', 'uid') !== valueAt(known, 'metadata', 'uid')) return false;
  return typeof a === 'string' && typeof b === 'string' && /^\d+$/.test(a) && /^\d+$/.test(b) && BigInt(a) < BigInt(b);
}
