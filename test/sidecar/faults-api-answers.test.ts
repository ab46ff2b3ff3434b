/** What the sidecar asks of the API server: nothing at rest, no write after a restart, and again what was refused or whose answer was lost. */
import { setTimeout as delay } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type ApiGateway, startApiGateway } from '../testbed/api-gateway.ts';
import { until } from '../testbed/until.ts';
import { type CalmAndMoved, openCalmAndMoved } from './calm-and-moved.ts';
import { namespace } from './live-bed.ts';
import { startSidecar } from './sidecar-process.ts';

interface Context extends CalmAndMoved {
  /** In front of the API server, for the sidecar alone. */
  gateway: ApiGateway;
  /** How often it was asked before this sidecar began. */
  before: number;
}

const test = suite<Context>('answers of the API server');
const args = ['-n', namespace, '--no-leader-election'];

test.before(async (context) => {
  const opened = await openCalmAndMoved({
    sidecar: async (plane) => {
      context.gateway = await startApiGateway(plane);
      return { kubeconfig: context.gateway.kubeconfig, args };
    },
  });
  Object.assign(context, opened);
});
test.after(async ({ bed, gateway }) => {
  await bed?.stop();
  await gateway?.stop();
});

test('it refuses to write (429, 500), and loses the answer to a write', async ({ bed, gateway, seesChanges }) => {
  const answers = [{ code: 429, headers: { 'retry-after': '1' } }, { code: 500 }, 'cut', { code: 429 }] as const;
  let asked = 0;
  gateway.intervene((request) => (request.startsWith('PATCH') && request.includes('/status') ? answers[asked++] : undefined));
  await seesChanges(30_000);
  gateway.intervene(() => undefined);
  assert.ok(asked > answers.length, `${asked}`);
  assert.is(bed.statuses.of('moved').at(-1)!.conditions.Stalled, undefined);
});

test('another sidecar takes its place, and has nothing to write', async (context) => {
  const { bed, gateway, seesChanges } = context;
  await bed.sidecar.stop();
  context.before = gateway.requests().length;
  bed.sidecar = await startSidecar({ kubeconfig: gateway.kubeconfig, args });
  const pollers = () => bed.sidecar.metric('process_pollers_live');
  await until({ what: 'both to be known', look: pollers, isSo: (count) => count >= 2, limitMs: 40_000 });
  const asked = gateway.requests().slice(context.before);
  assert.equal(
    asked.filter((request) => !request.startsWith('GET')),
    [],
  );
  await seesChanges(15_000);
});

test('at rest it is asked nothing, and written nothing', async ({ bed, gateway, before }) => {
  const counts = () => bed.sidecar.metric('process_sidecar_kube_requests_total');
  // Events come a moment after what they tell of.
  const quietFor = async () => {
    const seen = gateway.requests().length;
    await delay(3_000);
    return gateway.requests().length - seen + Math.abs(seen - before - (await counts()));
  };
  await until({ what: 'the Events of the last change to be written', look: quietFor, isSo: (asked) => asked === 0, limitMs: 30_000 });
  const [requests, counted] = [gateway.requests().length, await counts()];
  await delay(12_000);
  assert.equal(gateway.requests().slice(requests), []);
  assert.is(await counts(), counted);
});

test('all that time a Process in peace was not written once', ({ assertCalm }) => assertCalm());

test.run();
