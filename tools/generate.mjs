#!/usr/bin/env node
// Makes src/gen/ from its sources: the CRD and the function configuration's schema (types, validators) and, where tools/generate-proto.mjs is there, proto/.
// `--check` writes nothing and exits 1 when a generated file is stale.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { generateFromSchemas } from './generate-from-schemas.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const check = process.argv.includes('--check');
const stale = [];

for (const [path, text] of await generateFromSchemas(root)) {
  const file = join(root, path);
  if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
  stale.push(path);
  if (check) continue;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

const protoStep = join(root, 'tools/generate-proto.mjs');
if (existsSync(protoStep)) {
  const { generateProto } = await import(pathToFileURL(protoStep).href);
  if (!generateProto({ check })) stale.push('what is made from proto/');
}

for (const path of stale) console.log(`${check ? 'stale' : 'written'}: ${path}`);
if (check && stale.length > 0) {
  console.log('Run `npm run generate` and commit.');
  process.exitCode = 1;
}
