/** Words from the cluster in our messages: one line, of a bounded length, whatever they hold. */

const longest = 200;

/** Control characters, line breaks, and what turns the direction of writing. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const unprintable = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]+/g;

export function excerpt(text: string, limit = longest): string {
  const line = text
    .slice(0, 4 * limit)
    .replace(unprintable, ' ')
    .trim();
  const characters = [...line];
  return characters.length <= limit && text.length <= 4 * limit ? line : `${characters.slice(0, limit - 1).join('')}…`;
}

/** `a, b and 3 more`. */
export function listed(names: readonly string[], most = 3): string {
  const shown = names.slice(0, most).map((name) => excerpt(name, 80));
  return names.length > most ? `${shown.join(', ')} and ${names.length - most} more` : shown.join(', ');
}

/** `1 pod runs`, `3 pods run`. */
export function counted(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`;
}
