/** Temporal that is away, silent, locked, or lacks the namespace: the verdict of the table in time, workers left alone, and healed in time. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { demand, type KubeObject } from '../testbed/api.ts';
import { apply } from '../testbed/apply.ts';
import { type FaultyProxy, startFaultyProxy } from '../testbed/faulty-proxy.ts';
import { certificates, startTemporalGateway } from '../testbed/temporal-gateway.ts';
import { until } from '../testbed/until.ts';
import { edit, namespace, podsOf, remove, temporalNamespace, temporalOf } from './live-bed.ts';
import { becomesReady, isReady, type Stage, type Story, tellStories } from './stories.ts';

/** So long it may take to see what is asked about every 30 s. */
const namespaceMs = 45_000;

const missing: Story = {
  title: 'a namespace that does not exist, until it is created',
  processes: { early: { temporal: { namespace: 'not-yet', taskQueue: 'early-tq' } } },
  tell: async (stage) => {
    await stage.sync('early');
    await stage.says('early', { TemporalHealthy: /^False NamespaceNotFound: namespace "not-yet" at .* does not exist/, Degraded: /^True/ });
    await stage.temporal.createNamespace('not-yet');
    const created = Date.now();
    const { at } = await stage.says('early', { TemporalHealthy: /^True TemporalAnswers/ });
    assert.ok(at - created < 10_000, `${at - created} ms`);
    await stage.says('early', isReady);
  },
};

const deprecated: Story = {
  title: 'a namespace that is deprecated while its workers run',
  processes: { old: { temporal: { namespace: 'old-one', taskQueue: 'old-tq' } } },
  tell: async (stage) => {
    await becomesReady(stage, 'old');
    await stage.temporal.deprecateNamespace('old-one');
    const words = /^False NamespaceDeprecated: namespace "old-one" at .* is deprecated/;
    await stage.says('old', { TemporalHealthy: words, WorkersReady: /^True/, Ready: /^False NamespaceDeprecated/ }, namespaceMs);
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
    await stage.says('locked', isReady, namespaceMs);
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
    const { at } = await stage.says(name, expected, 60_000);
    // The grace begins with the first question that fails; one is asked every five seconds and given three.
    assert.ok(at - began >= 29_000 && at - began < 45_000, `after ${at - began} ms`);
    const first = stage.statuses.of(name)[before]!;
    assert.is(first.at, at, `within the grace it said ${JSON.stringify(first.conditions, null, 1)}`);
    assert.equal(await podsOf(stage, name), pods, 'workers are left alone');
    await proxy.pass();
    const back = Date.now();
    const healthy = await stage.says(name, { TemporalHealthy: /^True/ });
    assert.ok(healthy.at - back < 5_000, `healthy ${healthy.at - back} ms after the server`);
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

const answers = ({ sidecar }: Stage) => sidecar.metric('process_sidecar_temporal_requests_total', { result: 'OK' });

const tls: Story = {
  title: 'TLS that cannot be trusted, until its Secret is mended',
  processes: { tls: {} },
  tell: async (stage) => {
    const gateway = await startTemporalGateway(stage.temporal.address);
    const trust = (file: string) => secret('temporal-ca', { 'ca.crt': readFileSync(join(certificates, file), 'utf8') });
    await apply(stage.plane, [trust('other-ca.pem')]);
    await stage.commit('tls', { temporal: temporalOf('tls', { address: gateway.address, tls: { caSecretRef: { name: 'temporal-ca' } } }) });
    await stage.says('tls', { TemporalHealthy: /^False TemporalTlsFailed: .*certificate/, Degraded: /^True TemporalTlsFailed/ });
    await apply(stage.plane, [trust('ca.pem')]);
    await stage.says('tls', { TemporalHealthy: /^True/ });
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
    await stage.says('key', { TemporalHealthy: /^Unknown CredentialsMissing: .*Secret "temporal-key" does not exist/, Ready: /^False/ });
    await apply(stage.plane, [secret('temporal-key', { key: 'wrong' })]);
    await stage.says('key', { TemporalHealthy: /^Unknown TemporalForbidden: / });
    await edit(stage, secret('temporal-key', {}), { stringData: { key: 'right' } });
    await stage.says('key', isReady);
    gateway.requireKey('rotated');
    const refused = /^Unknown TemporalForbidden: /;
    await stage.says('key', { TemporalHealthy: refused, WorkersReady: refused, Ready: refused });
    await edit(stage, secret('temporal-key', {}), { stringData: { key: 'rotated' } });
    await stage.says('key', { TemporalHealthy: /^True/ });
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
