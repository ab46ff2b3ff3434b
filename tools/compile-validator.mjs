// A JSON Schema → JavaScript that needs nothing at run time and starts fast: ajv's standalone code without what ajv keeps for itself.
import { Ajv } from 'ajv';
import standaloneModule from 'ajv/dist/standalone/index.js';
import { transform } from 'esbuild';

const standalone = standaloneModule.default ?? standaloneModule;

/** No pattern is tried on a longer string: `maxLength` refuses it anyway, and a hostile one could take long. */
export const longestPattern = 4096;

/** TypeScript that exports the function `name`: a value → all its errors, `{ instancePath, keyword, params }`. */
export async function compileValidator(schema, name) {
  const options = { strict: false, allErrors: true, messages: false, inlineRefs: false, unicodeRegExp: false };
  const ajv = new Ajv({ ...options, code: { esm: true, source: true, lines: true } });
  ajv.addSchema({ $id: 'root', ...withDefinitions(schema) });
  const code = standalone(ajv, { validate: 'root' });
  const { code: small } = await transform(withoutSchemas(code), {
    minify: true,
    format: 'esm',
    target: 'es2022',
    charset: 'utf8',
    lineLimit: 4000,
  });
  const exported = /export\{([\w$]+) as validate\};?/;
  if (!exported.test(small)) throw new Error('esbuild emits other code now: see compileValidator()');
  return small.replace(exported, `export const ${name} = (value: unknown): readonly SchemaError[] => ($1(value) ? [] : $1.errors);`);
}

/**
 * Every object and list becomes a definition, equal ones the same, and so does a scalar that is there twice. Each definition is a function
 * of its own, which the engine compiles when a Process has that part.
 */
function withDefinitions(root) {
  const counts = new Map();
  walk(root, (node) => {
    const key = JSON.stringify(node);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  });
  const names = new Map();
  const $defs = {};
  const refer = (node) => {
    const key = JSON.stringify(node);
    if (node === true || (counts.get(key) < 2 && !['object', 'array'].includes(node.type))) return node;
    if (!names.has(key)) {
      names.set(key, `d${names.size}`);
      $defs[names.get(key)] = mapChildren(node, refer);
    }
    return { $ref: `#/$defs/${names.get(key)}` };
  };
  return { ...mapChildren(root, refer), $defs };
}

function walk(node, visit) {
  mapChildren(node, (child) => {
    visit(child);
    walk(child, visit);
    return child;
  });
}

function mapChildren(node, change) {
  if (typeof node !== 'object') return node;
  const { properties, items, additionalProperties } = node;
  return {
    ...node,
    ...(properties && { properties: Object.fromEntries(Object.entries(properties).map(([name, child]) => [name, change(child)])) }),
    ...(items && { items: change(items) }),
    ...(typeof additionalProperties === 'object' && { additionalProperties: change(additionalProperties) }),
  };
}

/** ajv's code reads the schema here and there; what it reads is written in its place, so that the schema need not be loaded. */
function withoutSchemas(code) {
  const declaration = /^\s*const schema\d+ = .*$/gm;
  const schemas = (code.match(declaration) ?? []).join('\n');
  const read = (expression) => new Function(`${schemas}\nreturn ${expression}`)();
  const names = [];
  const lean = code
    .replace(declaration, '')
    .replace(/schema\d+[\w.]*\.properties(?=, )/g, (properties) => {
      names.push(
        `const names${names.length} = ${JSON.stringify(Object.fromEntries(Object.keys(read(properties)).map((name) => [name, 1])))};`,
      );
      return `names${names.length - 1}`;
    })
    .replace(/schema\d+(?:\.[\w$]+|\["[^"]*"\])*\.(?:enum|type)\b/g, (enumeration) => JSON.stringify(read(enumeration)))
    .replace(/require\("ajv\/dist\/runtime\/ucs2length"\)\.default/g, '(text) => { let n = 0; for (const _ of text) n++; return n; }')
    .replace(/,schemaPath:"[^"]*"/g, '')
    .replace(/!(pattern\d+)\.test\((data\d*)\)/g, `($2.length <= ${longestPattern} && !$1.test($2))`)
    .replace(/^\s*validate\d+\.evaluated = .*$/gm, '')
    .replace(/^\s*const evaluated\d+ = [\s\S]*?\n\}\n/gm, '');
  const left = lean.match(/.{0,80}(schema\d+[^:\d]|schemaPath:|require\(|, ?!pattern).{0,80}/);
  if (left) throw new Error(`ajv emits other code now, see withoutSchemas(): ${left[0]}`);
  return `${names.join('\n')}\n${lean}`;
}
