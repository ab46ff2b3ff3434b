/** What in Git would keep the guard from holding a deletion: warned of, and nothing fails by it. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { hasErrors } from '../../src/problem.ts';
import { verifyRendered } from '../../src/verify/rendered.ts';
import { value } from './findings.ts';
import { type Broken, type Mutable, renderedStream } from './rendered-stream.ts';

const test = suite('verify/guard');

const annotate = (object: Mutable, annotations: object) => {
  object.metadata!.annotations = value({ ...(object.metadata!.annotations as object), ...annotations });
};
const options = (text: string) => ({ 'argocd.argoproj.io/sync-options': text });
const wave = (wave: string) => ({ 'argocd.argoproj.io/sync-wave': wave });

const warned: Record<string, [change: (seen: Broken) => void, found: string[]]> = {
  'Replace=true among other options': [
    ({ process }) => annotate(process, options('Validate=false, Replace=true')),
    ['argocd.argoproj.io/sync-options has Replace=true, which wipes finalizers'],
  ],
  'one wave for everything': [
    (seen) => {
      for (const object of [seen.process, seen.deployment, seen.current, seen.retained]) annotate(object, wave('650'));
    },
    [
      'argocd.argoproj.io/sync-wave is set, 650 here and 650 on workers or definitions, which would not wait: remove it from the Process in Git',
    ],
  ],
  'a definition in a later wave': [
    (seen) => {
      annotate(seen.process, wave('1'));
      annotate(seen.retained, wave('2'));
    },
    [
      'argocd.argoproj.io/sync-wave is set, 1 here and 2 on workers or definitions, which would not wait: remove it from the Process in Git',
    ],
  ],
  'PruneLast=true of the Process': [
    ({ process }) => annotate(process, options('PruneLast=true')),
    ['argocd.argoproj.io/sync-options has PruneLast=true, which deletes it after its workers'],
  ],
  'a Process that is kept, alone': [
    ({ process }) => annotate(process, options('Prune=false,Delete=false')),
    [
      'argocd.argoproj.io/sync-options has Prune=false, which keeps it while its workers go',
      'argocd.argoproj.io/sync-options has Delete=false, which keeps it while its workers go',
    ],
  ],
  'depends-on': [
    ({ process }) => annotate(process, { 'config.kubernetes.io/depends-on': '/namespaces/sales/ConfigMap/a' }),
    ['config.kubernetes.io/depends-on is set: remove it from Git'],
  ],
  'owners of the Process and of its workers': [
    ({ process, deployment }) => {
      for (const object of [process, deployment])
        object.metadata!.ownerReferences = value([{ apiVersion: 'example.org/v1', kind: 'Workload', name: 'sales', uid: 'u' }]);
    },
    [
      'it belongs to Workload "sales", with which its workers may go',
      'Deployment "l2o-process" belongs to Workload "sales", and goes with it',
    ],
  ],
};

for (const [what, [change, found]] of Object.entries(warned)) {
  test(`warns of: ${what}`, () => {
    const problems = verifyRendered(renderedStream(change));
    assert.equal(
      problems.map(({ reason, message, resource }) => `${reason} ${resource?.kind}/${resource?.name} ${message}`),
      found.map((message) => `GuardIneffective Process/l2o ${message}`),
    );
    assert.not(hasErrors(problems));
  });
}

const harmless: Record<string, (seen: Broken) => void> = {
  'workers in a late wave: the sidecar goes above it': ({ deployment }) => annotate(deployment, wave('5')),
  'a Process above its workers': (seen) => {
    annotate(seen.process, wave('6'));
    annotate(seen.deployment, wave('5'));
  },
  'other options': ({ process }) => annotate(process, options('Replace=false,Validate=false')),
  'workers that go last': ({ deployment }) => annotate(deployment, options('PruneLast=true')),
  'a Process that is kept, with its workers': (seen) => {
    for (const object of [seen.process, seen.deployment]) annotate(object, options('Prune=false'));
  },
};

for (const [what, change] of Object.entries(harmless)) {
  test(`nothing is said of: ${what}`, () => assert.equal(verifyRendered(renderedStream(change)), []));
}

test.run();
