/** Random YAML documents as people write them, each with the value it stands for and the path of each of its comments. */
import fc from 'fast-check';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

export interface RandomYaml {
  readonly text: string;
  readonly value: { [key: string]: Json };
  /** Comments by their text, which occurs once, with the path of the entry that they are part of. */
  readonly comments: ReadonlyMap<string, readonly string[]>;
}

/** A node before it has a place: writing it takes the indentation and path. */
interface Draft {
  readonly value: Json;
  /** Set for what fits on one line. */
  readonly inline?: string;
  /** The lines below a key or dash, already indented; `say` gives a comment a text of its own. */
  readonly lines?: (indent: string, path: readonly string[], say: Say) => string[];
}

type Say = (path: readonly string[]) => string;

/** Words on which parsers disagree, or that would change their type without quotes. */
export const nastyStrings = [
  '',
  ' ',
  '~',
  'null',
  'yes',
  'No',
  'on',
  'off',
  'y',
  'true',
  '0',
  '007',
  '0o17',
  '0x1F',
  '1e3',
  'e787241706',
  'E5',
  '_1',
  '_',
  '1_000',
  '.5',
  '.inf',
  '-',
  '- a',
  '?',
  ': ',
  'a: b',
  'a #b',
  '#',
  '#a',
  '12:30:45',
  '2024-01-01',
  '2024-01-01T00:00:00Z',
  '!tag',
  '&a',
  '*a',
  '%a',
  '@a',
  '`a',
  '|',
  '>',
  '{}',
  '[]',
  '{a',
  ']',
  '"',
  "'",
  "it's",
  '\\',
  '\\n',
  'a\nb',
  'a\n',
  '\na',
  'a\n\n',
  ' a\nb',
  'a \nb',
  'a\tb',
  '\ta',
  'a\r\nb',
  'a\rb',
  '\u0000',
  '\u0007',
  '\u007f',
  '\u0085',
  '\u00a0',
  '\u2028',
  '\ufeff',
  'ü',
  '日本',
  '😀',
  '---',
  '...',
  '--- a',
  '<<',
  '=',
  'a:',
  ':a',
  ',',
  'a,b',
  '$(A)',
  '{{ a }}',
  'x'.repeat(200),
  `${'long words '.repeat(20)}end`,
  '1.0',
  '+1',
  '-0',
  '0b1',
  '1__2',
  '0.',
  '00',
];

const key = fc.oneof(
  { weight: 6, arbitrary: fc.stringMatching(/^[a-z][a-zA-Z]{0,6}$/) },
  { weight: 1, arbitrary: fc.constantFrom('on', 'a.b/c', 'with space', '0', 'true', 'ü') },
);

function written(name: string): string {
  return /^[a-z][a-zA-Z./]*$/.test(name) && !/^(on|true|y|n|no|yes|off|false|null)$/.test(name) ? name : JSON.stringify(name);
}

const plainWord = fc
  .stringMatching(/^[a-z][a-zA-Z0-9/-]{0,9}$/)
  .filter((word) => !/^(y|n|yes|no|on|off|true|false|null)$/i.test(word) && !word.endsWith('-'));
const printable = fc.stringMatching(/^[ -~]{0,12}$/);

const scalar = fc.oneof<fc.Arbitrary<Draft>[]>(
  plainWord.map((value) => ({ value, inline: value })),
  printable.map((value) => ({ value, inline: `'${value.replaceAll("'", "''")}'` })),
  printable.map((value) => ({ value, inline: JSON.stringify(value) })),
  fc.integer({ min: -1000, max: 100000 }).map((value) => ({ value, inline: String(value) })),
  fc.constantFrom<Draft>(
    { value: true, inline: 'true' },
    { value: null, inline: '~' },
    { value: null, inline: 'null' },
    { value: false, inline: 'false' },
  ),
  fc.array(plainWord, { minLength: 1, maxLength: 3 }).map((words) => ({
    value: `${words.join('\n')}\n`,
    lines: (indent: string) => ['|', ...words.map((word) => `${indent}${word}`)],
  })),
);

const flow: fc.Arbitrary<Draft> = fc.oneof(
  fc.constantFrom<Draft>({ value: {}, inline: '{}' }, { value: [], inline: '[]' }),
  fc.array(plainWord, { minLength: 1, maxLength: 3 }).map((value) => ({ value, inline: `[${value.join(', ')}]` })),
  fc.dictionary(key, plainWord, { minKeys: 1, maxKeys: 3, noNullPrototype: true }).map((value) => ({
    value,
    inline: `{ ${Object.entries(value)
      .map(([name, word]) => `${written(name)}: ${word}`)
      .join(', ')} }`,
  })),
);

interface Decoration {
  readonly before: number;
  readonly behind: number;
  readonly step: number;
}

/** Which comments and blank lines an entry has, and how far a list is indented. */
const decoration = fc.record({ before: fc.nat(9), behind: fc.nat(4), step: fc.constantFrom(0, 2) });

function block(inner: fc.Arbitrary<Draft>): fc.Arbitrary<Draft> {
  const child = fc.tuple(inner, decoration);
  return fc.oneof(
    fc.array(fc.tuple(key, child), { minLength: 1, maxLength: 4 }).map((entries) => mapping([...new Map(entries)])),
    fc.array(child, { minLength: 1, maxLength: 3 }).map(sequence),
  );
}

function headLines({ before }: Decoration, indent: string, comment: () => string): string[] {
  return before === 0 ? ['', `${indent}${comment()}`] : before === 1 ? [''] : before === 2 ? [`${indent}${comment()}`] : [];
}

function mapping(entries: readonly (readonly [string, readonly [Draft, Decoration]])[]): Draft {
  return {
    value: Object.fromEntries(entries.map(([name, [{ value }]]) => [name, value])),
    lines: (indent, path, say) => [
      '',
      ...entries.flatMap(([name, [draft, style]]) => {
        const here = [...path, name];
        const inner = Array.isArray(draft.value) ? `${indent}${' '.repeat(style.step)}` : `${indent}  `;
        return [
          ...headLines(style, indent, () => say(here)),
          ...withLead(`${indent}${written(name)}:`, draft, style, { inner, path: here, say }),
        ];
      }),
    ],
  };
}

function sequence(items: readonly (readonly [Draft, Decoration])[]): Draft {
  return {
    value: items.map(([{ value }]) => value),
    lines: (indent, path, say) => [
      '',
      ...items.flatMap(([draft, style], at) => {
        const here = [...path, String(at)];
        const [head = '', ...rest] = withLead(`${indent}-`, draft, style, { inner: `${indent}  `, path: here, say });
        // A collection begins on its dash's line, as people write it, when no comment comes first.
        const [next = '', ...others] = rest;
        const isCollapsed = head === `${indent}-` && next.startsWith(`${indent}  `) && !next.trimStart().startsWith('#');
        const lines = isCollapsed ? [`${head} ${next.slice(indent.length + 2)}`, ...others] : [head, ...rest];
        return [...headLines(style, indent, () => say(here)), ...lines];
      }),
    ],
  };
}

function withLead(lead: string, draft: Draft, style: Decoration, at: { inner: string; path: readonly string[]; say: Say }): string[] {
  const behind = style.behind === 0 ? ` ${at.say(at.path)}` : '';
  if (draft.lines === undefined) return [`${lead} ${draft.inline}${behind}`];
  const [first = '', ...rest] = draft.lines(at.inner, at.path, at.say);
  return [`${lead}${first === '' ? '' : ` ${first}`}${behind}`, ...rest];
}

const { tree } = fc.letrec<{ tree: Draft }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    { weight: 3, arbitrary: scalar },
    { weight: 1, arbitrary: flow },
    { weight: 3, arbitrary: block(tie('tree')) },
  ),
}));

/** A block mapping, with either kind of line break, with or without one at its end. */
export const randomYaml: fc.Arbitrary<RandomYaml> = fc
  .record({
    entries: fc.array(fc.tuple(key, fc.tuple(tree, decoration)), { minLength: 1, maxLength: 4 }),
    lineBreak: fc.constantFrom('\n', '\n', '\r\n'),
    isEnded: fc.boolean(),
  })
  .map(({ entries, lineBreak, isEnded }) => {
    const { value, lines } = mapping([...new Map(entries)]);
    const comments = new Map<string, readonly string[]>();
    const say: Say = (path) => {
      const comment = `# comment ${comments.size}.`;
      comments.set(comment, path);
      return comment;
    };
    const body = lines!('', [], say).slice(1).join(lineBreak);
    const endsInBlock = /\|[^\n]*\r?\n[^\n]*$/.test(body);
    return { text: `${body}${isEnded || endsInBlock ? lineBreak : ''}`, value: value as { [key: string]: Json }, comments };
  });
