import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { connectKube, type Kube } from '../../src/kube/connect.ts';
import { KubeFailure } from '../../src/kube/failure.ts';
import { readSecret } from '../../src/kube/read-secret.ts';
import type { Resource } from '../../src/resource.ts';
import { demand } from '../testbed/api.ts';
import { type ApiGateway, startApiGateway } from '../testbed/api-gateway.ts';
import { type ControlPlane, startControlPlane } from '../testbed/control-plane.ts';
import { freePorts } from '../testbed/free-ports.ts';
import { serviceAccountKubeconfig, writeKubeconfig } from '../testbed/kubeconfig.ts';
import { until } from '../testbed/until.ts';

const requests = suite<{ plane: ControlPlane; gateway: ApiGateway; kube: Kube }>('requests to the API server');

const configMaps = '/api/v1/namespaces/default/configmaps';
const configMap = (name: string, rest = {}) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, ...rest });

requests.before(async (context) => {
  context.plane = await startControlPlane();
});
requests.before.each(async (context) => {
  context.gateway = await startApiGateway(context.plane);
  context.kube = await connectKube({ kubeconfig: context.gateway.kubeconfig });
});
requests.after.each(async ({ gateway, kube }) => {
  kube.close();
  await gateway.stop();
});
requests.after(async ({ plane }) => {
  await plane?.stop();
});

/** `kind: message` of the failure. */
async function failure(work: Promise<unknown>): Promise<string> {
  return work.then(
    (answer) => `no failure: ${JSON.stringify(answer)}`,
    (error) => (error instanceof KubeFailure ? `${error.kind}: ${error.message}` : `no KubeFailure: ${error}`),
  );
}

requests('what the server refuses is one of a closed set, in its own words', async ({ plane, kube }) => {
  const create = () => kube.request({ method: 'POST', path: configMaps, body: configMap('a') });
  assert.is((await create()).kind, 'ConfigMap');
  assert.is(await failure(create()), 'Conflict: configmaps "a" already exists');
  assert.is(await failure(kube.request({ method: 'GET', path: `${configMaps}/b` })), 'NotFound: configmaps "b" not found');
  assert.match(await failure(kube.request({ method: 'GET', path: '/apis/example.org/v1/things' })), /^NotFound: /);
  assert.match(
    await failure(kube.request({ method: 'POST', path: configMaps, body: configMap('_') })),
    /^Invalid: ConfigMap "_" is invalid/,
  );
  assert.match(await failure(kube.request({ method: 'POST', path: configMaps, body: { a: 1 } })), /^Invalid: /);
  await demand(plane, 'POST', '/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'nobody' } });
  const { kubeconfig } = await serviceAccountKubeconfig(plane, 'default', 'nobody');
  const nobody = await connectKube({ kubeconfig });
  assert.is(nobody.namespace, 'default');
  assert.match(
    await failure(nobody.request({ method: 'GET', path: configMaps })),
    /^Forbidden: configmaps is forbidden: User "system:serv/,
  );
  nobody.close();
});

requests('what is counted: method, resource and outcome', async ({ kube }) => {
  await failure(kube.request({ method: 'GET', path: `${configMaps}/none` }));
  await kube.request({ method: 'GET', path: '/apis/apps/v1/deployments?limit=1' });
  await kube.request({ method: 'GET', path: '/version' });
  assert.equal(
    kube.counts,
    new Map([
      ['GET configmaps 404', 1],
      ['LIST deployments 200', 1],
      ['GET  200', 1],
    ]),
  );
});

requests('nobody listens: it says so when the time is over', async ({ plane }) => {
  const [port] = await freePorts(1);
  const kubeconfig = join(plane.kubeconfig, '..', 'nobody-listens');
  writeKubeconfig({ ...plane, url: `https://127.0.0.1:${port}`, kubeconfig }, { user: 'tester' });
  const kube = await connectKube({ kubeconfig });
  const startedAt = performance.now();
  assert.is(
    await failure(kube.request({ method: 'GET', path: '/version', timeoutMs: 500 })),
    `Unreachable: connect ECONNREFUSED 127.0.0.1:${port}`,
  );
  assert.ok(performance.now() - startedAt < 2000);
  kube.close();
});

requests('a server that asks to be left alone is, and asked again', async ({ gateway, kube }) => {
  let refused = 0;
  gateway.intervene(() => (refused++ < 2 ? { code: 429, headers: { 'retry-after': '1' }, body: { message: 'too many' } } : undefined));
  const startedAt = performance.now();
  assert.ok((await kube.request({ method: 'GET', path: '/version' })).gitVersion);
  assert.ok(performance.now() - startedAt > 2000, 'two seconds were asked for');
  assert.is(gateway.requests().length, 3);
});

requests('it is not waited for longer than there is time, nor without being asked to', async ({ gateway, kube }) => {
  gateway.intervene(() => ({ code: 429, headers: { 'retry-after': '60' }, body: { message: 'too many' } }));
  assert.is(await failure(kube.request({ method: 'GET', path: '/version' })), 'TooManyRequests: too many');
  gateway.intervene(() => ({ code: 500, body: 'a page of a proxy' }));
  assert.is(await failure(kube.request({ method: 'GET', path: '/version' })), 'ServerFailed: HTTP status 500 a page of a proxy');
  assert.is(gateway.requests().length, 2);
});

requests('a question is asked again when its answer is lost; a write is not', async ({ plane, gateway, kube }) => {
  const cutOnce = () => {
    let isCut = false;
    gateway.intervene(() => {
      if (isCut) return;
      isCut = true;
      return 'cut';
    });
  };
  cutOnce();
  assert.ok((await kube.request({ method: 'GET', path: '/version' })).gitVersion);
  assert.is(gateway.requests().length, 2);
  cutOnce();
  assert.match(await failure(kube.request({ method: 'POST', path: configMaps, body: configMap('cut') })), /^Unreachable: /);
  assert.is(gateway.requests().length, 3, 'whether it was done is for the caller to find out');
  assert.ok(await demand(plane, 'GET', `${configMaps}/cut`), 'here it was');
});

requests('a server that asks its clients to leave loses no request, and is asked on a new connection', async ({ gateway, kube }) => {
  const work: Promise<unknown>[] = [];
  for (let round = 0; round < 10; round++) {
    for (let at = 0; at < 10; at++) {
      work.push(kube.request({ method: 'POST', path: configMaps, body: configMap(`left-${round}-${at}`) }));
    }
    await Promise.race(work.slice(-10));
    gateway.goAway();
  }
  const outcomes = await Promise.allSettled(work);
  assert.equal(
    outcomes.filter(({ status }) => status === 'rejected'),
    [],
  );
  assert.ok(gateway.connections() > 1);
});

requests('hundreds at once are within what a connection takes', async ({ plane }) => {
  const kube = await connectKube({ kubeconfig: plane.kubeconfig });
  const answers = await Promise.all(Array.from({ length: 500 }, () => kube.request({ method: 'GET', path: '/version' })));
  assert.is(answers.filter(({ gitVersion }) => gitVersion === 'v1.36.1').length, 500);
  kube.close();
});

requests('what is urgent waits for no turn', async ({ plane }) => {
  const kube = await connectKube({ kubeconfig: plane.kubeconfig });
  let answered = 0;
  const many = Array.from({ length: 300 }, () => kube.request({ method: 'GET', path: configMaps }).then(() => answered++));
  await kube.request({ method: 'GET', path: configMaps, isUrgent: true });
  assert.ok(answered < 100, `${answered} of 300 came first`);
  await Promise.all(many);
  kube.close();
});

requests('a token that is refused is read again from its source', async ({ plane }) => {
  const kubeconfig = join(plane.kubeconfig, '..', 'rotating');
  writeKubeconfig({ ...plane, token: 'old', kubeconfig }, { user: 'tester' });
  const kube = await connectKube({ kubeconfig });
  writeKubeconfig({ ...plane, kubeconfig }, { user: 'tester' });
  assert.ok((await kube.request({ method: 'GET', path: configMaps })).items);
  assert.equal([...kube.counts.keys()], ['LIST configmaps 401', 'LIST configmaps 200']);
  kube.close();
});

requests('a token in a file is used as it is now', async ({ plane }) => {
  const [kubeconfig, tokenFile] = [join(plane.kubeconfig, '..', 'token-file'), join(plane.kubeconfig, '..', 'token')];
  const cluster = { server: plane.url, 'certificate-authority': plane.caFile };
  const user = { 'auth-provider': { name: 'tokenFile', config: { tokenFile } } };
  const config: Resource = {
    clusters: [{ name: 'a', cluster }],
    users: [{ name: 'a', user }],
    contexts: [{ name: 'a', context: { cluster: 'a', user: 'a', namespace: 'sales' } }],
    'current-context': 'a',
  };
  writeFileSync(kubeconfig, JSON.stringify(config));
  writeFileSync(tokenFile, 'old');
  const kube = await connectKube({ kubeconfig });
  assert.is(kube.namespace, 'sales');
  assert.match(await failure(kube.request({ method: 'GET', path: configMaps })), /^Forbidden: Unauthorized/);
  writeFileSync(tokenFile, `${plane.token}\n`);
  const later = await connectKube({ kubeconfig });
  assert.ok((await later.request({ method: 'GET', path: configMaps })).items);
  for (const one of [kube, later]) one.close();
  for (const file of [kubeconfig, tokenFile]) rmSync(file);
});

requests('a configuration that cannot be used is told of at once', async ({ plane }) => {
  const refusal = (context: string) => connectKube({ kubeconfig: plane.kubeconfig, context }).then(String, (error: Error) => error.message);
  assert.is(await refusal('other'), 'there is no context "other" with a cluster, but "testbed"');
});

requests("a Secret's values are decoded; no name leads to another one", async ({ plane, kube }) => {
  for (const namespace of ['mine', 'theirs']) {
    await demand(plane, 'POST', '/api/v1/namespaces', { metadata: { name: namespace } });
    const data = { key: Buffer.from(namespace).toString('base64'), empty: '' };
    await demand(plane, 'POST', `/api/v1/namespaces/${namespace}/secrets`, { metadata: { name: 'temporal' }, data });
  }
  const secret = await readSecret(kube, { namespace: 'mine', name: 'temporal' });
  assert.equal([secret.get('key')?.toString(), secret.get('empty')?.toString(), secret.size], ['mine', '', 2]);
  assert.match(await failure(readSecret(kube, { namespace: 'mine', name: 'other' })), /^NotFound: secrets "other" not found/);
  for (const name of ['../../theirs/secrets/temporal', 'temporal?x', 'a b\n', '..', '%2e%2e/x']) {
    assert.match(await failure(readSecret(kube, { namespace: 'mine', name })), /^(NotFound|Invalid|ServerFailed|Forbidden): /, name);
  }
});

requests('what is under way when the client is closed fails, and so does what comes later', async ({ plane }) => {
  const kube = await connectKube({ kubeconfig: plane.kubeconfig });
  await kube.request({ method: 'GET', path: '/version' });
  await plane.pause('kube-apiserver');
  const pending = failure(kube.request({ method: 'POST', path: configMaps, body: configMap('closed') }));
  await new Promise((resolve) => setTimeout(resolve, 50));
  kube.close();
  assert.match(await pending, /^Unreachable: /);
  assert.is(await failure(kube.request({ method: 'GET', path: '/version', timeoutMs: 1000 })), 'Unreachable: the client is closed');
  await plane.resume('kube-apiserver');
});

requests('two hundred watches, more than a connection takes, and a request is answered beside them', async ({ plane }) => {
  const kube = await connectKube({ kubeconfig: plane.kubeconfig });
  const ending = new AbortController();
  let opened = 0;
  const told = new Set<number>();
  const watches = Array.from({ length: 200 }, (_, at) =>
    kube.stream({
      path: `${configMaps}?watch=true&labelSelector=a%3Dmany`,
      signal: ending.signal,
      onOpen: () => opened++,
      onChunk: () => told.add(at),
    }),
  );
  const ends = Promise.allSettled(watches);
  await until({ what: '200 open watches', look: () => opened, isSo: (count) => count === 200 });
  await kube.request({ method: 'POST', path: configMaps, body: configMap('many', { metadata: { name: 'many', labels: { a: 'many' } } }) });
  await until({ what: 'news on each watch', look: () => told.size, isSo: (count) => count === 200 });
  ending.abort(new Error('enough'));
  await ends;
  kube.close();
});

requests.run();
