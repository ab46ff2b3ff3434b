/** A first walk over a Process: is it of a size that can be judged, and are there nulls? */
import { isObject } from './resource.ts';

export interface Measure {
  /** About what JSON would have; counting stops when it passes the limit. */
  readonly characters: number;
  readonly hasNulls: boolean;
  readonly isTooDeep: boolean;
}

const deepest = 64;

export function measure(value: unknown, limit: number): Measure {
  let characters = 0;
  let hasNulls = false;
  let isTooDeep = false;
  const visit = (node: unknown, depth: number): void => {
    if (characters > limit || isTooDeep) return;
    if (typeof node === 'string') characters += node.length + 3;
    else if (typeof node !== 'object') characters += 5;
    else if (node === null) {
      characters += 5;
      hasNulls = true;
    } else if (depth > deepest) isTooDeep = true;
    else if (Array.isArray(node)) {
      characters += 2;
      for (const entry of node) visit(entry, depth + 1);
    } else {
      characters += 2;
      for (const key of Object.keys(node)) {
        characters += key.length + 4;
        visit((node as Readonly<Record<string, unknown>>)[key], depth + 1);
      }
    }
  };
  visit(value, 0);
  return { characters, hasNulls, isTooDeep };
}

/** A copy without fields that are null: the API server drops them. Entries of lists stay, and are refused there as here. */
export function withoutNulls(value: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const clean = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(clean);
    if (!isObject(node)) return node;
    const kept = Object.entries(node).filter(([, entry]) => entry !== null);
    return Object.fromEntries(kept.map(([key, entry]) => [key, clean(entry)]));
  };
  return clean(value) as Readonly<Record<string, unknown>>;
}
