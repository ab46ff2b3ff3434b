import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { root } from '../testbed/parts.ts';

const trimmed = suite("the bundle's part of Temporal's API");

interface Description {
  readonly nested?: Readonly<Record<string, Description>>;
  readonly methods?: Readonly<Record<string, unknown>>;
}

trimmed('has every method that the sidecar calls', async () => {
  const file: string = join(root, 'tools/trim-temporal-api.mjs');
  const { trim } = (await import(file)) as { trim: (nested: unknown) => Record<string, Description> };
  const { nested } = createRequire(import.meta.url)('@temporalio/proto/protos/json-module.js').toJSON() as { nested: unknown };
  const { methods = {} } = ['temporal', 'api', 'workflowservice', 'v1', 'WorkflowService'].reduce<Description>(
    ({ nested: inner }, name) => inner![name]!,
    { nested: trim(nested) },
  );
  const folder = join(root, 'src/temporal');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  const texts = files.map((name) => readFileSync(join(folder, name), 'utf8'));
  const called = texts
    .flatMap((text) => [...text.matchAll(/\b(?:to|workflowService)\.([a-z]\w+)\(/g)].map(([, method]) => method!))
    .filter((method) => method !== 'ask');
  assert.ok(called.length >= 12, called.join());
  for (const method of called) assert.ok(method[0]!.toUpperCase() + method.slice(1) in methods, `${method}: add it in ${file}`);
});

trimmed.run();
