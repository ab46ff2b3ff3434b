/** Temporal that is away, silent, locked, or lacks the namespace: the verdict of the table in time, workers left alone, and healed in time. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import proto from '@temporalio/proto';
import * as assert from 'uvu/assert';
import { demand, type KubeObject } from '../testbed/api.ts';
import { apply } from '../testbed/apply.ts';
import { type FaultyProxy, startFaultyProxy } from '../testbed/faulty-proxy.ts';
import { certificates, startTemporalGateway } from '../testbed/temporal-gateway.ts';
import { until } from '../testbed/until.ts';
import { edit, namespace, podsOf, remove, temporalNamespace, temporalOf } from './live-bed.ts';
import { stated } from './stated-times.ts';
import { becomesReady, isReady, type Stage, type Story, tellStories } from './stories.ts';

/** To the stated times a busy machine may add something. */
const busyMs = 5_000;
const namespaceMs = stated('a Temporal namespace is missing, deprecated, or may not be looked at') + busyMs;
const namespaceBackMs = stated('a Temporal namespace appears, or may be looked at again') + busyMs;
const silentMs = stated('Temporal does not answer') + busyMs;
const answersMs = stated('Temporal answers again') + busyMs;
const tlsMs = stated('TLS with Temporal fails') + busyMs;
const refusedMs = stated('Temporal refuses the API key, or its Secret is missing') + busyMs;
const mendedMs = stated('a Secret of TLS or of the API key is mended') + busyMs;
/** So long an outage changes no verdict. */
const graceMs = 30_000;

const missing: Story = {
  title: 'a namespace that does not exist, until it is created',
  processes: { early: { temporal: { namespace: 'not-yet', taskQueue: 'early-tq' } } },
  tell: async (stage) => {
    await stage.sync('early');
    const words = /^False NamespaceNotFound: namespace "not-yet" at .* does not exist/;
    await stage.says('early', { TemporalHealthy: words, Degraded: /^True/ }, namespaceMs);
    await stage.temporal.createNamespace('not-yet');
    await stage.says('early', { TemporalHealthy: /^True TemporalAnswers/ }, namespaceBackMs);
    await stage.says('early', isReady);
  },
};

/** The one fault that nothing heals: Temporal itself lets a deprecated namespace become nothing but a deleted one. */
const deprecated: Story = {
  title: 'a namespace that is deprecated while its workers run, for good: Temporal refuses to undo it',
  processes: { old: { temporal: { namespace: 'old-one', taskQueue: 'old-tq' } } },
  tell: async (stage) => {
    await becomesReady(stage, 'old');
    await stage.temporal.deprecateNamespace('old-one');
    const words = /^False NamespaceDeprecated: namespace "old-one" at .* is deprecated/;
    await stage.says('old', { TemporalHealthy: words, WorkersReady: /^True/, Ready: /^False NamespaceDeprecated/ }, namespaceMs);
    const connection = Connection.lazy({ address: stage.temporal.address });
    const undo = connection.workflowService.updateNamespace({ namespace: 'old-one', updateInfo: { state: registered } });
    const refusal = await undo.then(() => 'done', String).finally(() => connection.close());
    assert.match(refusal, /Invalid namespace state update/);
  },
};

const forbidden: Story = {
  title: 'who may not look at the namespace knows nothing, and says so; then it may',
  processes: { locked: {} },
  tell: async (stage) => {
    const gateway = await startTemporalGateway(stage.temporal.address, { tls: false });
    await stage.commit('locked', { temporal: temporalOf('locked', { address: gateway.address }) });
    await stage.says('locked', isReady);
    gateway.refuse('DescribeNamespace', 'PERMISSION_DENIED');
    const words = /^Unknown TemporalForbidden: /;
    await stage.says('locked', { TemporalHealthy: words, WorkersReady: words, Ready: words, Degraded: /^False/ }, namespaceMs);
    gateway.refuse('DescribeNamespace', undefined);
    await stage.says('locked', { TemporalHealthy: /^True/ }, namespaceBackMs);
    await stage.says('locked', isReady);
    await gateway.stop();
  },
};

interface Outage {
  readonly name: string;
  readonly begin: (proxy: FaultyProxy) => Promise<void>;
  readonly words: RegExp;
}

function outage({ name, begin, words }: Outage): Story['tell'] {
  return async (stage) => {
    const proxy = await startFaultyProxy(stage.temporal.address);
    await stage.commit(name, { temporal: temporalOf(name, { address: proxy.address }) });
    await stage.says(name, isReady);
    const before = stage.statuses.of(name).length;
    const pods = await podsOf(stage, name);
    await begin(proxy);
    const began = Date.now();
    const expected = { TemporalHealthy: words, WorkersReady: /^Unknown TemporalUnreachable/, Ready: /^False TemporalUnreachable/ };
    // The grace begins with the first question that fails; one is asked every five seconds and given three.
    const { at } = await stage.says(name, expected, silentMs);
    assert.ok(at - began >= graceMs - 1_000, `after ${at - began} ms`);
    const first = stage.statuses.of(name)[before]!;
    assert.is(first.at, at, `within the grace it said ${JSON.stringify(first.conditions, null, 1)}`);
    assert.equal(await podsOf(stage, name), pods, 'workers are left alone');
    await proxy.pass();
    const healthy = await stage.says(name, { TemporalHealthy: /^True/ }, answersMs);
    await stage.says(name, isReady);
    const since = stage.statuses.of(name).filter((one) => one.at >= healthy.at);
    assert.ok(!since.some(({ conditions }) => /^False/.test(conditions.WorkersReady!)), JSON.stringify(since, null, 1));
    await proxy.stop();
  };
}

const refused: Story = {
  title: 'a server that is gone: its verdict stands for the grace, then it is unreachable; workers are left alone; it comes back',
  processes: { gone: {} },
  tell: outage({
    name: 'gone',
    begin: (proxy) => proxy.refuse(),
    words: /^False TemporalUnreachable: .* does not answer since .*ECONNREFUSED/,
  }),
};

const blackHoled: Story = {
  title: 'a server that accepts and never answers: the same, within the same time',
  processes: { hole: {} },
  tell: outage({ name: 'hole', begin: (proxy) => proxy.blackHole(), words: /^False TemporalUnreachable: .* does not answer since / }),
};

const silenced: Story = {
  title: 'a connection that falls silent for good is made anew, and no verdict changes',
  processes: { silenced: {} },
  tell: async (stage) => {
    const proxy = await startFaultyProxy(stage.temporal.address);
    await stage.commit('silenced', { temporal: temporalOf('silenced', { address: proxy.address }) });
    await stage.says('silenced', isReady);
    const before = stage.statuses.of('silenced').length;
    const [accepted, count] = [proxy.accepted(), await answers(stage)];
    proxy.silenceOpen();
    // The worker's connection and the sidecar's.
    await until({ what: 'two new connections', look: proxy.accepted, isSo: (now) => now >= accepted + 2, limitMs: 60_000 });
    await until({ what: 'answers over the new one', look: () => answers(stage), isSo: (now) => now > count, limitMs: 60_000 });
    assert.equal(stage.statuses.of('silenced').slice(before), []);
    await proxy.stop();
  },
};

const registered = proto.temporal.api.enums.v1.NamespaceState.NAMESPACE_STATE_REGISTERED;

const answers = ({ sidecar }: Stage) => sidecar.metric('process_sidecar_temporal_requests_total', { result: 'OK' });

const tls: Story = {
  title: 'TLS that cannot be trusted, until its Secret is mended',
  processes: { tls: {} },
  tell: async (stage) => {
    const gateway = await startTemporalGateway(stage.temporal.address);
    const trust = (file: string) => secret('temporal-ca', { 'ca.crt': readFileSync(join(certificates, file), 'utf8') });
    await apply(stage.plane, [trust('other-ca.pem')]);
    stage.render('tls', { temporal: temporalOf('tls', { address: gateway.address, tls: { caSecretRef: { name: 'temporal-ca' } } }) });
    const began = Date.now();
    await stage.sync('tls');
    const words = /^False TemporalTlsFailed: .*certificate/;
    const { at } = await stage.says('tls', { TemporalHealthy: words, Degraded: /^True TemporalTlsFailed/ }, tlsMs);
    assert.ok(at - began >= graceMs, `after ${at - began} ms`);
    await apply(stage.plane, [trust('ca.pem')]);
    await stage.says('tls', { TemporalHealthy: /^True/ }, mendedMs);
    // What a pod has mounted it keeps; a new one has the new.
    for (const { name } of await podsOf(stage, 'tls')) await demand(stage.plane, 'DELETE', `/api/v1/namespaces/${namespace}/pods/${name}`);
    await stage.says('tls', isReady);
    await gateway.stop();
  },
};

const apiKey: Story = {
  title: 'an API key whose Secret is missing, then wrong, then right, then rotated',
  processes: { key: {} },
  tell: async (stage) => {
    const gateway = await startTemporalGateway(stage.temporal.address, { apiKey: 'right' });
    await apply(stage.plane, [secret('gateway-ca', { 'ca.crt': readFileSync(join(certificates, 'ca.pem'), 'utf8') })]);
    const credentials = { tls: { caSecretRef: { name: 'gateway-ca' } }, apiKeySecretRef: { name: 'temporal-key', key: 'key' } };
    await stage.commit('key', { temporal: temporalOf('key', { address: gateway.address, ...credentials }) });
    const absent = /^Unknown CredentialsMissing: .*Secret "temporal-key" does not exist/;
    await stage.says('key', { TemporalHealthy: absent, Ready: /^False/ }, refusedMs);
    await apply(stage.plane, [secret('temporal-key', { key: 'wrong' })]);
    const refused = /^Unknown TemporalForbidden: /;
    await stage.says('key', { TemporalHealthy: refused }, mendedMs);
    await edit(stage, secret('temporal-key', {}), { stringData: { key: 'right' } });
    await stage.says('key', { TemporalHealthy: /^True/ }, mendedMs);
    await stage.says('key', isReady);
    gateway.requireKey('rotated');
    await stage.says('key', { TemporalHealthy: refused, WorkersReady: refused, Ready: refused }, refusedMs);
    await edit(stage, secret('temporal-key', {}), { stringData: { key: 'rotated' } });
    await stage.says('key', { TemporalHealthy: /^True/ }, mendedMs);
    for (const { name } of await podsOf(stage, 'key')) await demand(stage.plane, 'DELETE', `/api/v1/namespaces/${namespace}/pods/${name}`);
    await stage.says('key', isReady);
    for (const object of stage.objects('key')) await remove(stage, object);
    await gateway.stop();
  },
};

function secret(name: string, stringData: Record<string, string>): KubeObject {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, stringData };
}

tellStories('faults of Temporal', [refused, blackHoled, deprecated, forbidden, tls, apiKey, missing, silenced], {
  temporal: { namespaces: [temporalNamespace, 'old-one'] },
});
