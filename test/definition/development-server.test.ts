import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { Client, credentials, Metadata } from '@grpc/grpc-js';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { answerFaults } from '../../src/definition/development-faults.ts';
import { startDevelopmentServer } from '../../src/definition/development-server.ts';
import { TransformationServiceClient, TransformationServiceService } from '../../src/gen/transformation-service.ts';
import { asDefinition, asProblem, examples, wanted, withServer } from './with-server.ts';

const test = suite('definition/development-server');

test('the generated client, which any other program would use, gets an answer', () =>
  withServer({}, {}, async ({ server }) => {
    const client = new TransformationServiceClient(server.address.replace('grpc://', ''), credentials.createInsecure());
    const response = await new Promise<unknown>((resolve, reject) => {
      client.getProcessDefinition({ id: 'L2O_v3', tenantId: 'acme' }, (error, value) => (error ? reject(error) : resolve(value.version)));
    });
    client.close();
    assert.is(response, 1n);
  }));

test('an edit of the folder shows at once', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'ameide-served-'));
  try {
    mkdirSync(join(dir, 't/a'), { recursive: true });
    await withServer({ dir }, {}, async ({ source }) => {
      const request = { id: 'a', tenantId: 't' };
      assert.is(asProblem(await source.read(request)).reason, 'DefinitionNotFound');
      writeFileSync(join(dir, 't/a/1.json'), '{"v":1}');
      assert.is(asDefinition(await source.read(request)).text, '{"v":1}');
      writeFileSync(join(dir, 't/a/2.json'), '{"v":2}');
      assert.is(asDefinition(await source.read(request)).version, 2);
    });
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});

test('a folder that is gone: unavailable', () =>
  withServer({ dir: '/nonexistent/definitions' }, {}, async ({ source, server }) => {
    const { reason, message } = asProblem(await source.read(wanted));
    assert.is(reason, 'SourceUnreachable');
    assert.match(message, '/nonexistent/definitions');
    assert.is(server.requests(), 3);
  }));

test('a request that is no message does not end it', () =>
  withServer({}, {}, async ({ source, server }) => {
    const { path } = TransformationServiceService.getProcessDefinition;
    const client = new Client(server.address.replace('grpc://', ''), credentials.createInsecure());
    const raw = (bytes: Buffer) => bytes;
    const code = await new Promise((resolve) => {
      client.makeUnaryRequest(path, raw, raw, Buffer.from([0xff, 0xff]), new Metadata(), (error) => resolve(error?.code));
    });
    client.close();
    assert.ok(code);
    assert.is(asDefinition(await source.read(wanted)).version, 2);
  }));

test('a port that is taken: an error that names it, and not a word on the streams', () =>
  withServer({}, {}, async ({ server }) => {
    const port = Number(server.address.split(':').at(-1));
    const { write } = process.stderr;
    const printed: unknown[] = [];
    process.stderr.write = (chunk: unknown) => printed.push(chunk) > 0;
    try {
      await startDevelopmentServer({ dir: examples, port });
      assert.unreachable('it must not listen twice');
    } catch (error) {
      assert.match((error as Error).message, `cannot listen on 127.0.0.1:${port}: `);
      assert.match((error as Error).message, 'EADDRINUSE');
    } finally {
      process.stderr.write = write;
    }
    assert.equal(printed, []);
  }));

test('closing twice is no matter', async () => {
  const server = await startDevelopmentServer({ dir: examples });
  await server.close();
  await server.close();
});

test('each answer fault has a name of its own', () => assert.is(new Set(answerFaults).size, answerFaults.length));

test.run();
