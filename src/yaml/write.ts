/**
 * JSON values as block YAML that every parser in the field (go-yaml 2 and 3, YAML 1.1 and 1.2) reads back the same.
 * Structure and plain words are written here, because a list of 10,000 Processes is mostly those and a general emitter takes
 * several times as long. A JSON string is a double-quoted scalar but for a few characters that YAML wants escaped.
 */

/** Starts with a letter, `/` or `_` and holds nothing that could end or change a plain scalar. */
const plainWord = /^[A-Za-z_/](?:[\w/.@:-]*[\w/.@-])?$/;
/** Some YAML 1.1 parsers take `e1` for a number. */
const reserved = /^(?:y|n|yes|no|on|off|true|false|null|e[0-9_]+)$/i;
/** White space at an end, which parsers or editors may take for indentation or drop. */
const fragileSpace = /^[ \t\n]|[ \t](?:\n|$)|\n\n$/;
const printableAscii = /^[\n\t\x20-\x7e]*$/;
/** JSON leaves them as they are; YAML does not allow them, or takes them for line breaks. */
const escapedInYaml = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g;

/** The value as lines, the first without indentation, the others indented by `indent`; no line break at the end. */
export function writeYaml(value: unknown, indent = ''): string {
  const lines: string[] = [];
  writeNode(value, indent, '', lines);
  return lines.join('\n');
}

/** Pushes the lines of `value`; `lead` stands before the first of them. */
function writeNode(value: unknown, indent: string, lead: string, lines: string[]): void {
  if (Array.isArray(value)) {
    if (value.length === 0) lines.push(`${lead}[]`);
    value.forEach((item, at) => {
      writeNode(item, `${indent}  `, at === 0 ? `${lead}- ` : `${indent}- `, lines);
    });
  } else if (typeof value === 'object' && value !== null) {
    writeMapping(value, indent, lead, lines);
  } else lines.push(...writeScalar(value, indent, lead));
}

function writeMapping(value: object, indent: string, lead: string, lines: string[]): void {
  let first = true;
  for (const [key, entry] of Object.entries(value)) {
    if (entry === undefined) continue;
    const head = `${first ? lead : indent}${writeString(key)}:`;
    first = false;
    if (isFilled(entry)) {
      // Sequences stand at their key's column, as kyaml and kubectl write them.
      const inner = Array.isArray(entry) ? indent : `${indent}  `;
      lines.push(head);
      writeNode(entry, inner, inner, lines);
    } else writeNode(entry, `${indent}  `, `${head} `, lines);
  }
  if (first) lines.push(`${lead}{}`);
}

function isFilled(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  return typeof value === 'object' && value !== null && Object.values(value).some((entry) => entry !== undefined);
}

function writeScalar(value: unknown, indent: string, lead: string): string[] {
  if (typeof value !== 'string') return [`${lead}${JSON.stringify(value)}`];
  if (!isLiteral(value)) return [`${lead}${writeString(value)}`];
  const endsWithBreak = value.endsWith('\n');
  const content = endsWithBreak ? value.slice(0, -1) : value;
  return [`${lead}|${endsWithBreak ? '' : '-'}`, ...content.split('\n').map((line) => (line === '' ? line : `${indent}${line}`))];
}

/** As one line: plain, or in double quotes. */
export function writeString(value: string): string {
  return plainWord.test(value) && !reserved.test(value) ? value : writeFlow(value);
}

/** In flow style, which is JSON but for a few characters. */
export function writeFlow(value: unknown): string {
  return JSON.stringify(value).replace(escapedInYaml, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function isLiteral(value: string): boolean {
  return value.includes('\n') && (printableAscii.test(value) || isPrintable(value)) && !fragileSpace.test(value);
}

/** What a literal block can show: letters, marks, digits, punctuation, symbols, spaces, tabs and line feeds. The classes are costly to make. */
function isPrintable(value: string): boolean {
  return /^[\n\t\x20-\x7e\p{L}\p{M}\p{N}\p{P}\p{S}]*$/u.test(value);
}
