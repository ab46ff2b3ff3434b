import { spawnSync } from 'node:child_process';
import process from 'node:process';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseServicePath } from '../../src/definition/endpoint.ts';
import { TransformationServiceService } from '../../src/gen/transformation-service.ts';
import { root } from './with-server.ts';

const test = suite('definition/proto');

test('the generated client and server are what proto/ gives now', () => {
  const { status, stderr } = spawnSync(process.execPath, ['tools/generate-proto.mjs', '--check'], { cwd: root, encoding: 'utf8' });
  assert.is(status, 0, stderr);
});

test('the default service path is that of the proto', () => {
  assert.is(parseServicePath(undefined), TransformationServiceService.getProcessDefinition.path);
});

test.run();
