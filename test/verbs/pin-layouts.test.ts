import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { sha256, withBed } from './pin-bed.ts';

const layouts = suite('pin in many layouts');

const [one, two] = [sha256('{"v":1}'), sha256('{"v":2}')];

/** A Process in some layout before it was ever pinned or with version 1 pinned, and what it must be, byte for byte, with version 2. */
interface Layout {
  readonly is: string;
  readonly before: string;
  readonly after: string;
}

const head =
  'apiVersion: ameide.io/v1\nkind: Process\nmetadata: {name: l2o}\nspec:\n  image: x\n  temporal: {namespace: ns, taskQueue: q}\n';

const table: readonly Layout[] = [
  {
    is: 'comments and blank lines everywhere',
    before: `# top\n\n${head}  # before\n  definitionRef: # ref\n\n    # id\n    id: L2O_v3 # which\n    tenantId: t123   # whose\n    pin: # what\n      id: L2O_v3\n      # the version\n      version: 1 # one\n\n      checksum: ${one}   # sum\n# end\n`,
    after: `# top\n\n${head}  # before\n  definitionRef: # ref\n\n    # id\n    id: L2O_v3 # which\n    tenantId: t123   # whose\n    pin: # what\n      id: L2O_v3\n      # the version\n      version: 2 # one\n\n      checksum: ${two}   # sum\n    retained:\n    - id: L2O_v3\n      version: 1\n      checksum: ${one}\n# end\n`,
  },
  {
    is: 'CRLF',
    before: `${head}  definitionRef:\n    id: L2O_v3\n    tenantId: t123\n`.replaceAll('\n', '\r\n'),
    after:
      `${head}  definitionRef:\n    id: L2O_v3\n    tenantId: t123\n    pin:\n      id: L2O_v3\n      version: 2\n      checksum: ${two}\n`.replaceAll(
        '\n',
        '\r\n',
      ),
  },
  {
    is: 'single and double quotes',
    before: `${head}  definitionRef:\n    id: 'L2O_v3'\n    "tenantId": "t123"\n    pin: {"id": 'L2O_v3', 'version': 1, checksum: '${one}'}\n    retained:\n      - {id: old, version: 7, checksum: "${one.replace(/.$/, '0')}"}\n`,
    after: `${head}  definitionRef:\n    id: 'L2O_v3'\n    "tenantId": "t123"\n    pin: {"id": 'L2O_v3', 'version': 2, checksum: '${two}'}\n    retained:\n      - {id: old, version: 7, checksum: "${one.replace(/.$/, '0')}"}\n      - id: L2O_v3\n        version: 1\n        checksum: ${one}\n`,
  },
  {
    is: 'a flow mapping',
    before: `${head}  definitionRef: {id: L2O_v3, tenantId: t123} # short\n`,
    after: `${head}  definitionRef: {id: L2O_v3, tenantId: t123, "pin": {"id":"L2O_v3","version":2,"checksum":"${two}"}} # short\n`,
  },
  {
    is: 'no line break at the end',
    before: `${head}  definitionRef:\n    id: L2O_v3\n    tenantId: t123`,
    after: `${head}  definitionRef:\n    id: L2O_v3\n    tenantId: t123\n    pin:\n      id: L2O_v3\n      version: 2\n      checksum: ${two}\n`,
  },
  {
    is: 'four spaces',
    before: `${head.replaceAll('\n  ', '\n    ')}    definitionRef:\n        id: L2O_v3\n        tenantId: t123\n`,
    after: `${head.replaceAll('\n  ', '\n    ')}    definitionRef:\n        id: L2O_v3\n        tenantId: t123\n        pin:\n          id: L2O_v3\n          version: 2\n          checksum: ${two}\n`,
  },
  {
    is: 'several documents in one file, one of them somebody else’s with an octal',
    before: `# first\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {mode: 0644}\n--- # ours\n${head}  definitionRef: # d\n    id: L2O_v3\n    tenantId: t123\n    pin:\n---\n# nothing\n`,
    after: `# first\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {mode: 0644}\n--- # ours\n${head}  definitionRef: # d\n    id: L2O_v3\n    tenantId: t123\n    pin:\n      id: L2O_v3\n      version: 2\n      checksum: ${two}\n---\n# nothing\n`,
  },
];

for (const { is, before, after } of table) {
  layouts(is, () =>
    withBed(async ({ write, read, define, pin }) => {
      define('L2O_v3', 1, '{"v":1}');
      define('L2O_v3', 2, '{"v":2}');
      define('old', 7, '{"old":7}');
      const fixed = (text: string) => text.replace(one.replace(/.$/, '0'), sha256('{"old":7}'));
      write({ 'l2o.yaml': fixed(before) });
      const { status, stderr } = await pin();
      assert.is(status, 0, stderr);
      assert.is(read('l2o.yaml'), fixed(after));
      const generated = read('l2o.generated.yaml');
      assert.match((await pin()).stdout, 'nothing to change');
      assert.is(read('l2o.generated.yaml'), generated);
    }),
  );
}

const refused: readonly [is: string, reference: string][] = [
  ['an anchor on definitionRef', '  definitionRef: &ref\n    id: L2O_v3\n    tenantId: t123\n'],
  ['a pin that is an alias', `  definitionRef:\n    id: L2O_v3\n    tenantId: t123\n    pin: *pin\n`],
  [
    'a pin with an anchor',
    `  definitionRef:\n    id: L2O_v3\n    tenantId: t123\n    pin: &p {id: L2O_v3, version: 1, checksum: "${one}"}\n`,
  ],
  [
    'a pin from a merge key',
    `  definitionRef:\n    <<: {pin: {id: L2O_v3, version: 1, checksum: "${one}"}}\n    id: L2O_v3\n    tenantId: t123\n`,
  ],
];

for (const [is, reference] of refused) {
  layouts(`${is} is NotEditable, or refused before, and nothing changes`, () =>
    withBed(async ({ write, define, pin, tree }) => {
      define('L2O_v3', 1, '{"v":1}');
      define('L2O_v3', 2, '{"v":2}');
      const anchor = reference.includes('*pin') ? `  x: &pin {id: L2O_v3, version: 1, checksum: "${one}"}\n` : '';
      write({
        'l2o.yaml': `${anchor.replace('  x:', 'status:')}${head}${reference}`,
        'z.yaml': `${head.replace('l2o', 'z')}  definitionRef: {id: L2O_v3, tenantId: t123}\n`,
      });
      const before = tree();
      const { status, stderr } = await pin();
      assert.is(status, 1);
      assert.match(stderr, /^error NotEditable: Process "l2o" \(p\/l2o\.yaml\): spec\.definitionRef/);
      assert.is(tree(), before);
    }),
  );
}

layouts.run();
