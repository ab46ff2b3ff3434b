/** Newer versions at a real definition source are found, told once, and forgotten with the Process that wanted them. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { startDevelopmentServer } from '../../src/definition/development-server.ts';
import { openSource } from '../../src/definition/open-source.ts';
import type { Resource } from '../../src/resource.ts';
import { newestVersions } from '../../src/sidecar/newest-versions.ts';
import { root } from '../testbed/parts.ts';
import { until } from '../testbed/until.ts';

const test = suite('newest versions');
const process = (definitionRef: object): Resource => ({ metadata: { namespace: 'sales', name: 'l2o' }, spec: { definitionRef } });
const l2o = { id: 'L2O_v3', tenantId: 't123' };

async function withSource(work: (watch: Watch) => Promise<void>, intervalMs = 100): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'ameide-newest-'));
  cpSync(join(root, 'examples/definitions/t123'), join(dir, 't123'), { recursive: true });
  rmSync(join(dir, 't123/L2O_v3/3.json'));
  const server = await startDevelopmentServer({ dir });
  const source = await openSource({ url: server.address, baseDir: dir, attempts: 1 });
  if ('reason' in source) throw new Error(source.message);
  const changed: string[] = [];
  const failures: string[] = [];
  const versions = newestVersions({
    source,
    intervalMs,
    onChange: (key) => changed.push(key),
    onFailure: (message) => failures.push(message),
  });
  try {
    await work({ versions, changed, failures, dir, server });
  } finally {
    versions.stop();
    await server.close();
    rmSync(dir, { recursive: true });
  }
}

interface Watch {
  readonly versions: ReturnType<typeof newestVersions>;
  readonly changed: string[];
  readonly failures: string[];
  readonly dir: string;
  readonly server: Awaited<ReturnType<typeof startDevelopmentServer>>;
}

test('the newest is told, and a newer one when it comes', () =>
  withSource(async ({ versions, changed, dir }) => {
    versions.want('sales/l2o', process(l2o));
    assert.is(versions.of('sales/l2o'), undefined, 'nothing is known yet');
    await until({ what: 'version 2', look: () => versions.of('sales/l2o'), isSo: (version) => version === 2 });
    cpSync(join(root, 'examples/definitions/t123/L2O_v3/3.json'), join(dir, 't123/L2O_v3/3.json'));
    await until({ what: 'version 3', look: () => versions.of('sales/l2o'), isSo: (version) => version === 3 });
    assert.equal(changed, ['sales/l2o', 'sales/l2o']);
  }));

test('who wants one version, or is gone, is told of none', () =>
  withSource(async ({ versions }) => {
    versions.want('sales/l2o', process(l2o));
    await until({ what: 'version 2', look: () => versions.of('sales/l2o'), isSo: (version) => version === 2 });
    versions.want('sales/l2o', process({ ...l2o, version: 1 }));
    assert.is(versions.of('sales/l2o'), undefined);
    versions.want('sales/l2o', process(l2o));
    versions.want('sales/l2o', undefined);
    assert.is(versions.of('sales/l2o'), undefined);
  }));

test('one question for all that ask the same, and the last answer stands while the source is silent', () =>
  withSource(async ({ versions, server, failures }) => {
    for (const key of ['sales/a', 'sales/b', 'sales/c']) versions.want(key, process(l2o));
    await until({ what: 'version 2', look: () => versions.of('sales/c'), isSo: (version) => version === 2 });
    assert.is(server.requests(), 1);
    await server.close();
    await until({ what: 'a failure', look: () => failures.length, isSo: (count) => count > 0, limitMs: 20_000 });
    assert.is(versions.of('sales/a'), 2);
  }, 2_000));

test.run();
