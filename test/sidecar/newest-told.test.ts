/** `--fn-config` with a definition source: what is newest there shows in the message and in the metric, and moves no pin. */
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type DevelopmentServer, startDevelopmentServer } from '../../src/definition/development-server.ts';
import { apply } from '../testbed/apply.ts';
import { root } from '../testbed/parts.ts';
import { scratchFolder } from '../testbed/server-process.ts';
import { until } from '../testbed/until.ts';
import { byProcess, type LiveBed, namespace, openLiveBed, processOf, render } from './live-bed.ts';
import { isReady } from './stories.ts';

interface Context {
  bed: LiveBed;
  /** What the source serves, and the sidecar's configuration. */
  dir: string;
  source: DevelopmentServer;
}

const test = suite<Context>('newer versions that a sidecar tells of');
const name = 'told';
/** `--source-interval 1`, and what a busy machine adds. */
const askedWithinMs = 75_000;
const four = readFileSync(join(root, 'examples/definitions/t123/L2O_v3/3.json'), 'utf8').replace('"version": 3', '"version": 4');

test.before(async (context) => {
  context.dir = scratchFolder('source');
  cpSync(join(root, 'examples/definitions'), context.dir, { recursive: true });
  context.source = await startDevelopmentServer({ dir: context.dir });
  const config = join(context.dir, 'process-render.yaml');
  const fnConfig = { apiVersion: 'fn.ameide.io/v1', kind: 'ProcessRender', metadata: { name: 'source' } };
  writeFileSync(config, JSON.stringify({ ...fnConfig, spec: { source: context.source.address } }));
  const args = ['-n', namespace, '--no-leader-election', '--fn-config', config, '--source-interval', '1'];
  context.bed = await openLiveBed({ sidecar: async ({ kubeconfig }) => ({ kubeconfig, args }) });
});
test.after(async ({ bed, source, dir }) => {
  await bed?.stop();
  await source?.close();
  rmSync(dir, { recursive: true });
});

const metric = ({ sidecar }: LiveBed, which: 'newest' | 'pinned') =>
  sidecar.metric(`process_definition_${which}_version`, { namespace, process: name });

test('what runs is the newest: the metric says so, the message nothing', async ({ bed, source }) => {
  const before = source.requests();
  await apply(bed.plane, render(bed, [processOf(name)]).get(name)!);
  const { conditions } = await bed.statuses.untilSays(name, { ...isReady, DefinitionResolved: /^True AsRendered: version 3 is mounted/ });
  assert.not.match(conditions.DefinitionResolved!, 'at the source');
  await until({ what: 'the metric', look: () => metric(bed, 'newest'), isSo: (version) => version === 3 });
  assert.ok(source.requests() > before, 'the source was asked');
});

test('a newer one comes: the message says it and what to do, the metric has it, and the pin stays', async ({ bed, dir }) => {
  writeFileSync(join(dir, 't123/L2O_v3/4.json'), four);
  const words = /^True AsRendered: version 3 is mounted .*; version 4 is at the source: run `ameide-process pin DIR` to use it/;
  await bed.statuses.untilSays(name, { ...isReady, DefinitionResolved: words }, askedWithinMs);
  assert.is(await metric(bed, 'newest'), 4);
  assert.is(await metric(bed, 'pinned'), 3);
});

test('pinned and synced, it is no news any more', async ({ bed }) => {
  bed.team.write('definitions/t123/L2O_v3/4.json', four);
  bed.team.run('pin');
  bed.team.run('render');
  await apply(bed.plane, byProcess(bed.team).get(name)!);
  const words = /^True AsRendered: version 4 is mounted from ConfigMap "[^"]+"(?!.*at the source)/;
  await bed.statuses.untilSays(name, { ...isReady, DefinitionResolved: words });
  assert.is(await metric(bed, 'newest'), 4);
  assert.is(await metric(bed, 'pinned'), 4);
});

test.run();
