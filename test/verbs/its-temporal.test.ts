/** Which Temporal `check-sla` and `sweep` ask: a table of what the variables, the spec and the status say. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { itsAddress, toldItsJob } from '../../src/verbs/its-temporal.ts';

const test = suite('verbs/its-temporal');
const l2o = { namespace: 'sales', name: 'l2o' };
const at = (address?: string) => ({ temporal: { ...(address !== undefined && { address }) } });
const exported = { TEMPORAL_ADDRESS: 'prod:7233', TEMPORAL_API_KEY: 'of-prod' };
const job = { PROCESS_NAME: 'l2o', PROCESS_NAMESPACE: 'sales' };

interface Said {
  readonly variables?: Readonly<Record<string, string>>;
  readonly spec?: string;
  readonly status?: string;
}

const asked: Readonly<Record<string, [Said, string | undefined]>> = {
  'what somebody has exported, and the spec': [{ variables: exported, spec: 'dev:7233' }, 'dev:7233'],
  'what somebody has exported, and the status': [{ variables: exported, status: 'dev:7233' }, 'dev:7233'],
  'what somebody has exported alone': [{ variables: exported }, undefined],
  'the Job of another Process': [{ variables: { ...exported, ...job, PROCESS_NAME: 'other' }, status: 'dev:7233' }, 'dev:7233'],
  'the Job of its namesake': [{ variables: { ...exported, ...job, PROCESS_NAMESPACE: 'billing' }, status: 'dev:7233' }, 'dev:7233'],
  'a worker, which has no PROCESS_NAMESPACE': [{ variables: { ...exported, PROCESS_NAME: 'l2o' }, status: 'dev:7233' }, 'dev:7233'],
  'its own Job': [{ variables: { ...exported, ...job }, status: 'dev:7233' }, 'prod:7233'],
  'its own Job, told nothing': [{ variables: { ...job, TEMPORAL_ADDRESS: '' }, status: 'dev:7233' }, 'dev:7233'],
  'the spec before the status': [{ spec: 'new:7233', status: 'old:7233' }, 'new:7233'],
  nothing: [{}, undefined],
};

for (const [what, [{ variables = {}, spec, status }, wanted]] of Object.entries(asked)) {
  test(what, () => assert.is(itsAddress({ spec: at(spec), status: at(status) }, toldItsJob(variables, l2o)), wanted));
}

test('credentials that somebody has exported are for nobody but the Job', () => {
  assert.is(toldItsJob(exported, l2o).TEMPORAL_API_KEY, undefined);
  assert.is(toldItsJob({ ...exported, ...job }, l2o).TEMPORAL_API_KEY, 'of-prod');
});

test.run();
