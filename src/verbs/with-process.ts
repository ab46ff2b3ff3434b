/** What `check-sla` and `sweep` begin and end with: the live Process, its Temporal, and what went wrong on the way as findings. */
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import process from 'node:process';
import type { Kube } from '../kube/connect.ts';
import { KubeFailure } from '../kube/failure.ts';
import { keyOf } from '../kube/object-key.ts';
import { clusterProblem, isProblem, type ProcessName, readProcess } from '../kube/read-process.ts';
import { env, scheduleEnv } from '../names.ts';
import { describe, type Problem, problem } from '../problem.ts';
import type { Process } from '../process.ts';
import { type Resource, referTo } from '../resource.ts';
import { parseLive } from '../sidecar/known.ts';
import { readCredentials } from '../sidecar/read-credentials.ts';
import { subjectOf } from '../sidecar/temporal-subject.ts';
import type { Credentials } from '../temporal/credentials.ts';
import type { Queue } from '../temporal/drain/running.ts';
import { TemporalError } from '../temporal/failure.ts';
import { openOneQueue } from '../temporal/one-queue.ts';
import { reasonFor } from '../temporal/reason.ts';
import { type Subject, through } from '../temporal/subject.ts';
import { type ClusterAccess, openKube } from './cluster-access.ts';
import { itsAddress, toldItsJob, type Variables, type Where } from './its-temporal.ts';

export interface ProcessOptions extends Pick<ClusterAccess, 'namespace' | 'kubeconfig' | 'context'> {
  /** HOST:PORT, instead of the Process's own. */
  readonly temporalAddress?: string;
  /** Calls to Temporal a second. */
  readonly rate: number;
}

/** All that the work needs. */
export interface Place {
  readonly kube: Kube;
  readonly name: ProcessName;
  /** As it is stored. */
  readonly live: Resource;
  readonly process: Process;
  readonly queue: Queue;
  readonly where: Where;
  /** This pod, or machine, as Events name it. */
  readonly instance: string;
}

/** Gives what the work gives, or what is in the way. */
export async function withProcess<T>(
  name: string,
  options: ProcessOptions,
  work: (place: Place) => Promise<T>,
): Promise<T | { readonly problems: readonly Problem[] }> {
  const kube = await openKube(options);
  if ('problem' in kube) return refused(kube.problem);
  const place = { namespace: options.namespace ?? kube.namespace, name };
  let live: Resource | undefined;
  try {
    const found = await readProcess(kube, place);
    if (isProblem(found)) return refused(found);
    live = found;
    const parsed = parseLive(found);
    if ('problems' in parsed) return refused(...parsed.problems);
    return await withQueue(kube, { name: place, live: found }, options, (queue, where) =>
      work({ kube, name: place, live: found, process: parsed.process, queue, where, instance: hostname() }),
    );
  } catch (error) {
    return refused(failureProblem(error, live));
  } finally {
    kube.close();
  }
}

/** What the cluster or Temporal failed with. Anything else is thrown on. */
export function failureProblem(error: unknown, live: Resource | undefined): Problem {
  const where = live ? { resource: referTo(live) } : {};
  if (error instanceof KubeFailure) return { ...clusterProblem(error), ...where };
  if (error instanceof TemporalError) return problem(reasonFor(error.kind), error.message, where);
  throw error;
}

function refused(...problems: readonly Problem[]): { readonly problems: readonly Problem[] } {
  return { problems };
}

async function withQueue<T>(
  kube: Kube,
  { name, live }: Pick<Place, 'name' | 'live'>,
  { temporalAddress, rate }: ProcessOptions,
  work: (queue: Queue, where: Where) => Promise<T>,
): Promise<T | { readonly problems: readonly Problem[] }> {
  const told = toldItsJob(process.env, name);
  const lastAddress = itsAddress(live, told) ?? temporalAddress;
  const found = subjectOf({ key: keyOf(live), process: live, deployment: undefined, lastAddress });
  if (!found) {
    return refused(
      problem('TemporalUnreachable', 'nothing says where its Temporal is; name it with --temporal-address HOST:PORT', {
        resource: referTo(live),
      }),
    );
  }
  const subject = temporalAddress === undefined ? found : through(temporalAddress, found);
  const own = credentialsFrom(told);
  const credentials = own?.credentials ?? (await readCredentials(kube, subject, grantOrSet));
  const { tls: _, apiKey: __, ...bare } = subject;
  const opened = await openOneQueue({ subject: own ? { ...bare, ...own.subject } : subject, credentials, rate });
  try {
    const { address, namespace, taskQueue } = subject;
    return await work(opened.queue, { address, namespace, taskQueue });
  } finally {
    opened.close();
  }
}

const grantOrSet = `have it granted, or set TEMPORAL_TLS_… and TEMPORAL_API_KEY with ${env.processName} and ${scheduleEnv.processNamespace}, as its Jobs have them`;

interface Own {
  readonly subject: Pick<Subject, 'tls' | 'apiKey'>;
  readonly credentials: Credentials;
}

/** As a pod is given them: in variables and mounted files. Undefined: none are; then the Secrets that the Process names are read. */
function credentialsFrom(variables: Variables): Own | undefined {
  const { [env.apiKey]: apiKey, [env.tls]: tls, [env.tlsServerName]: serverName } = variables;
  const files = { ca: variables[env.tlsServerCa], cert: variables[env.tlsClientCert], key: variables[env.tlsClientKey] };
  const isTls = tls === 'true' || Object.values(files).some(Boolean);
  if (!apiKey && !isTls) return;
  const read = Object.entries(files).flatMap(([name, file]) => (file ? [[name, readPem(file)] as const] : []));
  return {
    subject: {
      ...(isTls && { tls: { ...(serverName && { serverName }) } }),
      // By what name it is in a Secret is of no importance here.
      ...(apiKey && { apiKey: { namespace: '', name: '', key: '' } }),
    },
    credentials: { ...Object.fromEntries(read), ...(apiKey && { apiKey: apiKey.trim() }) },
  };
}

function readPem(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new TemporalError('CredentialsMissing', `${file} cannot be read: ${(error as Error).message}`);
  }
}

/** Findings as lines of JSON, for logs. */
export function findingLine(found: Problem): string {
  return JSON.stringify({ event: 'Finding', severity: found.severity, reason: found.reason, message: describe(found) });
}
