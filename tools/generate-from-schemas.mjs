// TypeScript types and validators from the two schemas, the CRD's and the function configuration's. The validators are compiled
// ahead, because the function must start fast.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compile } from 'json-schema-to-typescript';
import { parse } from 'yaml';
import { compileValidator, longestPattern } from './compile-validator.mjs';

const crdSource = 'deploy/crd/ameide.io_processes.yaml';
const fnConfigSource = 'fn-config/process-render.yaml';
const headOf = (source) => `// Generated from ${source} by tools/generate.mjs. Do not edit.\n`;

/** Path below the root → text of each file that is made from a schema. */
export async function generateFromSchemas(root) {
  const crd = parse(readFileSync(join(root, crdSource), 'utf8'));
  const { spec, status } = crd.spec.versions.find(({ name }) => name === 'v1').schema.openAPIV3Schema.properties;
  const definition = parse(readFileSync(join(root, fnConfigSource), 'utf8'));
  const fnConfig = definition.spec.versions.find(({ name }) => name === 'v1').schema.openAPIV3Schema.properties.spec;
  return new Map([
    ['src/gen/process-schema.ts', await typesOf(crdSource, { ProcessSpec: spec, ProcessStatus: status })],
    ['src/gen/validate-process.ts', await validatorOf({ source: crdSource, spec, name: 'validateProcess', required: ['spec'] })],
    ['src/gen/fn-config-schema.ts', await typesOf(fnConfigSource, { ProcessRenderSpec: fnConfig })],
    [
      'src/gen/validate-fn-config.ts',
      await validatorOf({ source: fnConfigSource, spec: fnConfig, name: 'validateFnConfig', required: [] }),
    ],
  ]);
}

async function typesOf(source, schemas) {
  const options = { bannerComment: '', ignoreMinAndMaxItems: true };
  const named = await Promise.all(Object.entries(schemas).map(([name, schema]) => compile(toJsonSchema(schema), name, options)));
  return [headOf(source), ...named].join('\n');
}

/** The validator as TypeScript that tsc need not check, and what lists and messages have to know of the schema. */
async function validatorOf({ source, spec, name, required }) {
  const envelope = { apiVersion: true, kind: true, metadata: true, status: true, spec: withoutDescriptions(toJsonSchema(spec)) };
  const schema = { type: 'object', required, properties: envelope, additionalProperties: false };
  return `${headOf(source)}// @ts-nocheck
${await compileValidator(schema, name)}
export interface SchemaError { readonly instancePath: string; readonly keyword: string; readonly params: Readonly<Record<string, unknown>> }

/** Every named list (\`*\`: any entry) and the fields that name an entry. */
export const listMaps: readonly { readonly at: readonly string[]; readonly keys: readonly string[] }[] = ${json(listMapsOf(spec, ['spec']))};

/** The field names of every object (\`*\`: any entry of a list or map). */
export interface Fields { readonly [name: string]: Fields }
export const fields: Fields = ${json({ spec: fieldsOf(spec) })};
`;
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
