/** A first walk over a Process: is it of a size that can be judged, and are there nulls? */
import { isObject } from '../resource.ts';

/** What a Process may have before it is judged; the API server refuses far smaller ones, but only after it has looked at each part. */
const most = { characters: 1_500_000, levels: 64, entries: 1000 } as const;

export interface Size {
  readonly hasNulls: boolean;
  /** Why it is not judged, for a person; undefined: it can be. */
  readonly tooLarge: string | undefined;
}

/** `spec` is walked as well as what is beside it; a long list or mapping counts only there (annotations have their own limit). */
export function measure({ spec, ...beside }: Readonly<Record<string, unknown>>): Size {
  const inSpec = walk(spec, most.entries);
  const inRest = walk(beside, Number.POSITIVE_INFINITY);
  return { hasNulls: inSpec.hasNulls || inRest.hasNulls, tooLarge: inSpec.tooLarge ?? inRest.tooLarge };
}

function walk(value: unknown, mostEntries: number): Size {
  let characters = 0;
  let hasNulls = false;
  let tooLarge: string | undefined;
  const visit = (node: unknown, depth: number): void => {
    if (tooLarge) return;
    if (typeof node === 'string') characters += node.length + 3;
    else if (typeof node !== 'object') characters += 5;
    else if (node === null) {
      characters += 5;
      hasNulls = true;
    } else {
      characters += 2;
      const keys = Array.isArray(node) ? undefined : Object.keys(node);
      if (depth > most.levels) tooLarge = `is nested deeper than ${most.levels} levels`;
      else if ((keys ?? (node as readonly unknown[])).length > mostEntries)
        tooLarge = `has a list or mapping of more than ${mostEntries} entries`;
      else if (!keys) for (const entry of node as readonly unknown[]) visit(entry, depth + 1);
      else {
        for (const key of keys) {
          characters += key.length + 4;
          visit((node as Readonly<Record<string, unknown>>)[key], depth + 1);
        }
      }
    }
    if (characters > most.characters) tooLarge = `has more than ${most.characters} characters, more than the API server keeps`;
  };
  visit(value, 0);
  return { hasNulls, tooLarge };
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
