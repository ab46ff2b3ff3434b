/** The credentials of a Process reach its worker: files and variables from Secrets, through a gateway that refuses whoever lacks them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { startProcess } from '../../examples/worker/start-process.ts';
import { apply } from '../testbed/apply.ts';
import { certificates, startTemporalGateway, type TemporalGateway } from '../testbed/temporal-gateway.ts';
import { type Bed, close, deploy, namespace, newTeam, open, patiently, processOf, readyPod, resultOf, step, waitingReason } from './bed.ts';

const test = suite<Bed & { gateway: TemporalGateway }>("a worker's credentials");

test.before(async (context) => {
  await open(context);
  newTeam(context);
  context.gateway = await startTemporalGateway(context.temporal.address, { clientCertificate: true, apiKey: 'the key' });
  const pem = (name: string) => readFileSync(join(certificates, name), 'utf8');
  const secret = (name: string, stringData: object) => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace: 'default' },
    stringData,
  });
  await apply(context.plane, [
    secret('authority', { 'ca.crt': pem('ca.pem') }),
    secret('certificate', { 'tls.crt': pem('client.pem'), 'tls.key': pem('client-key.pem') }),
    secret('key', { right: 'the key', wrong: 'another key' }),
  ]);
});
test.after(async (context) => {
  context.team?.remove();
  await context.gateway?.stop();
  await close(context);
});

const secured = (name: string, address: string, key: string) => {
  const base = processOf(name);
  const tls = { serverName: 'localhost', caSecretRef: { name: 'authority' }, clientCertificateSecretRef: { name: 'certificate' } };
  const temporal = { namespace, taskQueue: `${name}-tq`, address, tls, apiKeySecretRef: { name: 'key', key } };
  return { ...base, spec: { ...base.spec, temporal } };
};

test('with them it works', async (context) => {
  const { team, client, gateway } = context;
  team.write('definitions/t123/payments/1.json', { steps: [step('pay')] });
  team.write('processes/payments.yaml', secured('payments', gateway.address, 'right'));
  await deploy(context);
  const pod = await readyPod(context, 'payments');
  const handle = await startProcess(client, { workflowId: 'payments-1', taskQueue: 'payments-tq' });
  assert.equal((await resultOf(context, handle, pod)).done, ['pay']);
  assert.ok((gateway.calls().PollWorkflowTaskQueue ?? 0) > 0);
});

test('with a wrong key it crash-loops', async (context) => {
  const { team, gateway } = context;
  team.write('definitions/t123/intruders/1.json', { steps: [] });
  team.write('processes/intruders.yaml', secured('intruders', gateway.address, 'wrong'));
  await deploy(context);
  const look = waitingReason(context, 'intruders');
  await patiently({ what: 'CrashLoopBackOff', look, isSo: (reason) => reason === 'CrashLoopBackOff' });
});

test.run();
