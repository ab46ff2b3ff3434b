// The CRD half of tools/generate.mjs: TypeScript types, and a validator that is compiled ahead, because the function must start fast.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import standaloneModule from 'ajv/dist/standalone/index.js';
import { transform } from 'esbuild';
import { compile } from 'json-schema-to-typescript';
import { parse } from 'yaml';

const source = 'deploy/crd/ameide.io_processes.yaml';
const head = `// Generated from ${source} by tools/generate.mjs. Do not edit.\n`;
const standalone = standaloneModule.default ?? standaloneModule;
/** No pattern is tried on a longer string: `maxLength` refuses it anyway, and a hostile one could take long. */
const longestPattern = 4096;

/** Path below the root → text of each file that is made from the CRD. */
export async function generateFromCrd(root) {
  const crd = parse(readFileSync(join(root, source), 'utf8'));
  const { spec, status } = crd.spec.versions.find(({ name }) => name === 'v1').schema.openAPIV3Schema.properties;
  return new Map([
    ['src/gen/process-schema.ts', await typesOf(spec, status)],
    ['src/gen/validate-process.ts', await validatorOf(spec)],
  ]);
}

async function typesOf(spec, status) {
  const options = { bannerComment: '', ignoreMinAndMaxItems: true };
  const named = [await compile(toJsonSchema(spec), 'ProcessSpec', options), await compile(toJsonSchema(status), 'ProcessStatus', options)];
  return [head, ...named].join('\n');
}

/** The validator as TypeScript that tsc need not check, and what lists and messages have to know of the schema. */
async function validatorOf(spec) {
  const shared = {};
  const specSchema = share(withoutDescriptions(toJsonSchema(spec)), shared);
  const envelope = { apiVersion: true, kind: true, metadata: true, status: true, spec: specSchema };
  const schema = { type: 'object', required: ['spec'], additionalProperties: false, properties: envelope, $defs: shared };
  const ajv = new Ajv({
    strict: false,
    allErrors: true,
    messages: false,
    inlineRefs: false,
    code: { esm: true, source: true, lines: true },
  });
  return [
    `${head}// @ts-nocheck\n/* eslint-disable */\n`,
    `${await adapt(standalone(ajv, { validateProcess: addTo(ajv, schema) }))}\n`,
    '\n/** Every named list of a Process (`*`: any entry) and the fields that name an entry. */\n',
    `export const listMaps: readonly { readonly at: readonly string[]; readonly keys: readonly string[] }[] = ${json(listMapsOf(spec, ['spec']))};\n`,
    '\n/** The field names of every object of a Process (`*`: any entry of a list or map). */\n',
    `export interface Fields { readonly [name: string]: Fields }\nexport const fields: Fields = ${json({ spec: fieldsOf(spec) })};\n`,
  ].join('');
}

function addTo(ajv, schema) {
  ajv.addSchema({ $id: 'process', ...schema });
  return 'process';
}

/** What is not needed at run time goes: schema paths, the schema itself, ajv's one import. Patterns are bounded, the export gets a type. */
async function adapt(code) {
  const schemas = code.match(/^\s*const schema\d+ = .*$/gm)?.join('\n') ?? '';
  const lean = code
    .replace(
      /allowedValues: (schema\d+[^}]*)\}/g,
      (_, enumeration) => `allowedValues: ${json(new Function(`${schemas}\nreturn ${enumeration}`)())}}`,
    )
    .replace(/require\("ajv\/dist\/runtime\/ucs2length"\)\.default/g, '(text) => { let n = 0; for (const _ of text) n++; return n; }')
    .replace(/,schemaPath:"[^"]*"/g, '')
    .replace(/!(pattern\d+)\.test\((data\d*)\)/g, `($2.length <= ${longestPattern} && !$1.test($2))`)
    .replace(/^validate\d+\.evaluated = .*;$/gm, '')
    .replace(/export const validateProcess = (\w+);/, 'export const validateProcess = (value) => ($1(value) ? [] : $1.errors);');
  if (/require\(|schemaPath:|, ?!pattern/.test(lean)) throw new Error('ajv emits other code now: see adapt()');
  const { code: small } = await transform(lean, {
    minify: true,
    treeShaking: true,
    format: 'esm',
    target: 'es2022',
    charset: 'utf8',
    lineLimit: 4000,
  });
  const exported = /export\{(\w+) as validateProcess\};?/;
  if (!exported.test(small)) throw new Error('esbuild emits other code now: see adapt()');
  return `${small.replace(
    exported,
    (_, name) => `/** Everything that is wrong with the fields of a Process; its metadata and status are not looked at. */
export const validateProcess = ${name} as (value: unknown) => readonly SchemaError[];
export interface SchemaError { readonly instancePath: string; readonly keyword: string; readonly params: Readonly<Record<string, unknown>> }`,
  )}`;
}

/** Structural schema → JSON Schema: unknown fields refused, Kubernetes' extensions said in JSON Schema's own words. */
function toJsonSchema({ properties, items, additionalProperties, format: _, ...rest }) {
  const out = Object.fromEntries(Object.entries(rest).filter(([key]) => !key.startsWith('x-kubernetes-')));
  if (rest['x-kubernetes-int-or-string']) out.type = ['integer', 'string'];
  if (properties) {
    out.properties = Object.fromEntries(Object.entries(properties).map(([name, child]) => [name, toJsonSchema(child)]));
    out.additionalProperties = false;
  }
  if (additionalProperties) out.additionalProperties = toJsonSchema(additionalProperties);
  if (items) out.items = toJsonSchema(items);
  if (out.pattern && !(out.maxLength <= longestPattern))
    throw new Error(`A pattern needs a maxLength of at most ${longestPattern}: ${out.pattern}`);
  return out;
}

function withoutDescriptions(node) {
  if (Array.isArray(node) || typeof node !== 'object') return node;
  const { description: _, properties, items, additionalProperties, ...rest } = node;
  const each = (children) => Object.fromEntries(Object.entries(children).map(([name, child]) => [name, withoutDescriptions(child)]));
  return {
    ...rest,
    ...(properties && { properties: each(properties) }),
    ...(items && { items: withoutDescriptions(items) }),
    ...(additionalProperties !== undefined && { additionalProperties: withoutDescriptions(additionalProperties) }),
  };
}

/** Equal objects and lists become one definition: a quarter of the code. */
function share(root, shared) {
  const counts = new Map();
  const visit = (node, act) => {
    for (const child of Object.values(node.properties ?? {})) act(child);
    if (node.items) act(node.items);
    if (typeof node.additionalProperties === 'object') act(node.additionalProperties);
  };
  const isWorthIt = (node) => JSON.stringify(node).length > 60;
  const count = (node) => {
    const key = JSON.stringify(node);
    counts.set(key, (counts.get(key) ?? 0) + 1);
    if (counts.get(key) === 1) visit(node, count);
  };
  count(root);
  const names = new Map();
  const replace = (node) => {
    const key = JSON.stringify(node);
    if (!isWorthIt(node) || counts.get(key) < 2) return inside(node);
    if (!names.has(key)) {
      names.set(key, `shared${names.size}`);
      shared[names.get(key)] = inside(node);
    }
    return { $ref: `#/$defs/${names.get(key)}` };
  };
  const inside = ({ properties, items, additionalProperties, ...rest }) => ({
    ...rest,
    ...(properties && { properties: Object.fromEntries(Object.entries(properties).map(([name, child]) => [name, replace(child)])) }),
    ...(items && { items: replace(items) }),
    ...(additionalProperties !== undefined && {
      additionalProperties: typeof additionalProperties === 'object' ? replace(additionalProperties) : additionalProperties,
    }),
  });
  return inside(root);
}

function childrenOf({ properties = {}, items, additionalProperties }) {
  const entry = items ?? additionalProperties;
  return [...Object.entries(properties), ...(entry ? [['*', entry]] : [])];
}

function listMapsOf(node, at) {
  const keys = node['x-kubernetes-list-map-keys'];
  return [...(keys ? [{ at, keys }] : []), ...childrenOf(node).flatMap(([name, child]) => listMapsOf(child, [...at, name]))];
}

function fieldsOf(node) {
  return Object.fromEntries(childrenOf(node).map(([name, child]) => [name, fieldsOf(child)]));
}

const json = (value) => JSON.stringify(value);
