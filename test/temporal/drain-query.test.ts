import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { confusedQuery, emptyQuery, runningQuery } from '../../src/temporal/drain/query.ts';
import { TemporalError } from '../../src/temporal/failure.ts';

const queries = suite('queries of running workflows');

const named = (taskQueue: string, hasPause = false) => ({ taskQueue, hasPause });
const checksum = `sha256:${'0a'.repeat(32)}`;

const cases: readonly (readonly [what: string, query: string, expected: string])[] = [
  ['a queue', runningQuery(named('l2o-tq')), "TaskQueue='l2o-tq' AND ExecutionStatus='Running'"],
  [
    'later starts',
    runningQuery(named('l2o-tq'), { startedAfter: '2026-11-24T18:00:00+01:00' }),
    "TaskQueue='l2o-tq' AND ExecutionStatus='Running' AND StartTime > '2026-11-24T17:00:00.000Z'",
  ],
  [
    'a definition',
    runningQuery(named('l2o-tq'), { checksum }),
    `TaskQueue='l2o-tq' AND ExecutionStatus='Running' AND ProcessDefinitionChecksum='${checksum}'`,
  ],
  [
    'no definition',
    runningQuery(named('l2o-tq'), { checksum: null }),
    "TaskQueue='l2o-tq' AND ExecutionStatus='Running' AND ProcessDefinitionChecksum IS NULL",
  ],
  [
    'an age and a type',
    runningQuery(named('l2o-tq'), { begunAfter: '2026-11-24T17:00:00Z', begunThrough: '2026-11-24T18:00:00Z', workflowType: 'a.B$c' }),
    "TaskQueue='l2o-tq' AND ExecutionStatus='Running' AND ExecutionTime > '2026-11-24T17:00:00.000Z' AND ExecutionTime <= '2026-11-24T18:00:00.000Z' AND WorkflowType='a.B$c'",
  ],
  ['where workflows can be paused', runningQuery(named('q', true)), "TaskQueue='q' AND ExecutionStatus IN ('Running','Paused')"],
  ['nothing', emptyQuery(named('q')), "TaskQueue='q' AND ExecutionStatus='Running' AND StartTime > '2999-01-01T00:00:00.000Z'"],
  ['a confusion', confusedQuery(named('l2o-Tq'))!, "TaskQueue='L2O-tQ' AND TaskQueue='l2o-Tq' AND ExecutionStatus='Running'"],
];

for (const [what, query, expected] of cases) queries(what, () => assert.is(query, expected));

queries('names that Temporal keeps apart go as they are', () => {
  for (const name of ['a b', 'a%b', 'a_b', 'a?b', 'a:b', '$1', '{x}', 'a;--', '(x)', 'ünï→✓', '日本', 'emoji😀', '/x', '%s', 'a,b', '*']) {
    assert.is(runningQuery(named(name)), `TaskQueue='${name}' AND ExecutionStatus='Running'`);
  }
});

queries('names that a query could not carry are refused, with the character', () => {
  const hostile = [
    "o'hara",
    "' OR TaskQueue='other",
    'a"b',
    'a\\',
    'a\\b',
    'a`b',
    'a\nb',
    'a\0b',
    'a\x1ab',
    'a\u2028b',
    'a\ud800',
    ' a',
    'a ',
    '',
  ];
  for (const name of hostile) {
    for (const build of [runningQuery, emptyQuery, confusedQuery]) {
      // What has no letter has no other case either.
      if (build === confusedQuery && name.toLowerCase() === name.toUpperCase()) continue;
      assert.throws(
        () => build(named(name)),
        (error: unknown) =>
          error instanceof TemporalError && error.kind === 'NotQueryable' && error.message.includes('the name of the task queue'),
        JSON.stringify(name),
      );
    }
  }
});

queries('what is no checksum, or no time, is refused', () => {
  const isRefused = (error: unknown) => error instanceof TemporalError && error.kind === 'NotQueryable';
  for (const found of ['', 'sha256:', `${checksum}'`, checksum.toUpperCase(), "' OR 'a'='a"]) {
    assert.throws(() => runningQuery(named('q'), { checksum: found }), isRefused, found);
  }
  for (const found of ['', 'yesterday', "2026-11-24' OR 'a'='a"]) {
    assert.throws(() => runningQuery(named('q'), { startedAfter: found }), isRefused, found);
  }
});

queries('a name without two cases confuses nobody', () => {
  assert.is(confusedQuery(named('4711')), undefined);
  assert.is(confusedQuery(named('日本')), undefined);
  // Two letters in upper case: there is no way back.
  assert.is(confusedQuery(named('ß')), undefined);
});

queries.run();
