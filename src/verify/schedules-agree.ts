/** Whether the CronJobs of a Process are those that its checks and cleanups imply, and may do what they need and no more. Pure. */
import { env, schedulesAccountName } from '../names.ts';
import type { Problem } from '../problem.ts';
import type { Process } from '../process.ts';
import { cronJobs, type ScheduleConfig } from '../render/cron-jobs.ts';
import { hasSchedules, schedulesAccount } from '../render/schedules-account.ts';
import { isSame, nameOf, objectsAt, type Resource, valueAt } from '../resource.ts';
import { broken, type Rendered, show } from './rendered-process.ts';

/** Stand for what the function configuration gives: any address, image and resources will do. */
const anyConfig: ScheduleConfig = {
  temporal: { address: 'HOST:PORT' },
  tool: { image: undefined, imagePullPolicy: 'IfNotPresent', resources: {} },
  worker: { imagePullSecrets: [], nodeSelector: undefined },
};

export function schedulesAgree({ item, process, renderedAs, children }: Rendered): Problem[] {
  const wanted = cronJobs(renamed(process, renderedAs), anyConfig);
  const found = children.filter(({ kind }) => kind === 'CronJob');
  const pairs = wanted.map((job) => ({ wanted: job, found: named(found, nameOf(job)) }));
  const known = new Set(pairs.map((pair) => pair.found));
  return [
    ...pairs.flatMap((pair) =>
      pair.found
        ? jobAgrees(pair.wanted, pair.found, process)
        : [broken(item, 'spec', { wanted: nameOf(pair.wanted) }, `CronJob "${nameOf(pair.wanted)}" is missing; render again`)],
    ),
    ...found
      .filter((job) => !known.has(job))
      .map((job) => broken(job, 'metadata.name', {}, 'is for no check and no cleanup of the Process; remove it, and render again')),
  ];
}

function renamed(process: Process, name: string): Process {
  return { ...process, metadata: { ...process.metadata, name } };
}

/** An outer kustomization may have put something around the name. */
function named(jobs: readonly Resource[], name: string): Resource | undefined {
  return jobs.find((job) => nameOf(job) === name) ?? jobs.find((job) => nameOf(job).includes(name));
}

const podPath = ['spec', 'jobTemplate', 'spec', 'template', 'spec'] as const;
const compared: readonly (readonly string[])[] = [
  ['spec', 'schedule'],
  ['spec', 'timeZone'],
  ['spec', 'suspend'],
  ['spec', 'concurrencyPolicy'],
  [...podPath, 'restartPolicy'],
  [...podPath, 'serviceAccountName'],
];

function jobAgrees(wanted: Resource, found: Resource, { spec }: Process): Problem[] {
  const [is, should] = [found, wanted].map((job) => objectsAt(job, ...podPath, 'containers')[0]);
  const container = `${podPath.join('.')}.containers[0]`;
  const fields = compared.map((path) => ({ path: path.join('.'), is: valueAt(found, ...path), should: valueAt(wanted, ...path) }));
  // Without an image of its own it has the function configuration's.
  const image = should?.image === undefined ? [] : [{ path: `${container}.image`, is: is?.image, should: should.image }];
  const differing = [...fields, ...image].filter((one) => !isSame(one.is, one.should));
  // Not shown: a command line may hold what is secret.
  const words = (['command', 'args'] as const).filter((name) => !isSame(is?.[name], should?.[name]));
  const variables = [is, should].map((one) =>
    objectsAt(one, 'env').filter(({ name }) => name !== env.address || spec.temporal.address !== undefined),
  );
  const hidden = [...words, ...(isSame(variables[0], variables[1]) ? [] : ['env'])];
  return [
    ...differing.map((one) =>
      broken(
        found,
        one.path,
        { wanted: one.should, found: one.is },
        `is ${show(one.is)}, the Process implies ${show(one.should)}; set it in the Process, before the function runs`,
      ),
    ),
    ...hidden.map((name) =>
      broken(found, `${container}.${name}`, {}, 'is not what the Process implies; set it in the Process, before the function runs'),
    ),
  ];
}

/** Service account, Role and binding are all there, and as they were rendered. */
export function scheduleRightsAgree({ item, process, renderedAs, children }: Rendered): Problem[] {
  const own = children.filter((child) => isOfSchedules(child, renderedAs));
  if (!hasSchedules(process.spec))
    return own.map((child) => broken(child, 'metadata.name', {}, 'the Process has no checks and no cleanups; render again'));
  return schedulesAccount(renamed(process, renderedAs)).flatMap((wanted) => {
    const kind = String(wanted.kind);
    const found = own.find((child) => child.kind === kind);
    if (!found) return [broken(item, 'spec', {}, `${kind} "${nameOf(wanted)}" of its CronJobs is missing; render again`)];
    const differing = ['rules', 'roleRef', 'subjects', 'automountServiceAccountToken'].filter(
      (field) => !isSame(found[field], wanted[field]),
    );
    return differing.map((field) =>
      broken(
        found,
        field,
        { wanted: wanted[field], found: found[field] },
        `is ${show(found[field])}, the Process implies ${show(wanted[field])}; rights are rendered, do not change them`,
      ),
    );
  });
}

/** Rather than of the sidecar, which reads Secrets. */
export function isOfSchedules({ kind, ...child }: Resource, renderedAs: string): boolean {
  const isRight = kind === 'ServiceAccount' || kind === 'Role' || kind === 'RoleBinding';
  return isRight && nameOf(child).includes(schedulesAccountName(renderedAs));
}
