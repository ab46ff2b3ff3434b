/** Objects by whom they belong to, so that one Process's are found among thousands. */

export interface OwnedIndex<T> {
  /** The object with this key is now so, or gone; gives the owners that this concerns. */
  change(key: string, now: T | undefined): string[];
  of(owner: string): readonly T[];
}

export function ownedIndex<T>(ownerOf: (key: string, object: T) => string): OwnedIndex<T> {
  const owners = new Map<string, string>();
  const owned = new Map<string, Map<string, T>>();
  const remove = (key: string, owner: string) => {
    const objects = owned.get(owner);
    objects?.delete(key);
    if (objects?.size === 0) owned.delete(owner);
  };
  return {
    change: (key, now) => {
      const before = owners.get(key);
      const after = now === undefined ? undefined : ownerOf(key, now);
      if (before !== undefined && before !== after) remove(key, before);
      if (after === undefined || now === undefined) owners.delete(key);
      else {
        owners.set(key, after);
        owned.set(after, (owned.get(after) ?? new Map<string, T>()).set(key, now));
      }
      return [...new Set([before, after])].filter((owner) => owner !== undefined);
    },
    of: (owner) => [...(owned.get(owner)?.values() ?? [])],
  };
}
