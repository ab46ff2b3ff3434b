/** Names that a person may have meant: for the next step in a message. */

/** Up to `count` of the known names, nearest first. */
export function closest(wanted: string, known: readonly string[], count = 5): string[] {
  const target = wanted.toLowerCase().slice(0, 100);
  return known
    .map((name) => ({ name, distance: editDistance(target, name.toLowerCase().slice(0, 100)) }))
    .sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1))
    .slice(0, count)
    .map(({ name }) => name);
}

/** Levenshtein's distance, one row at a time. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
