/** What an account may do, by the Roles that kustomize builds, against what it did, by the API server's audit log. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KubeObject } from '../testbed/api.ts';

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

/** `undefined` is any: of a ClusterRole all namespaces, of a rule without names all objects. */
interface Permission {
  readonly namespace: string | undefined;
  readonly verb: string;
  /** `group/resource` or `group/resource/subresource`; the core group is empty. */
  readonly resource: string;
  readonly name: string | undefined;
}

interface AuditEvent {
  readonly verb: string;
  readonly user: { readonly username: string };
  readonly objectRef?: {
    readonly apiGroup?: string;
    readonly resource?: string;
    readonly subresource?: string;
    readonly namespace?: string;
    readonly name?: string;
  };
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface Audit {
  /** What kube-apiserver is to be started with: `startControlPlane({ apiserverArgs: audit.args })`. */
  readonly args: readonly string[];
  readonly log: string;
}

/** Notes who did what to which object; `dir` must outlive the API server. */
export function auditIn(dir: string): Audit {
  const [policy, log] = [join(dir, 'audit-policy.json'), join(dir, 'audit.log')];
  const rules = [{ level: 'Metadata' }];
  writeFileSync(policy, JSON.stringify({ apiVersion: 'audit.k8s.io/v1', kind: 'Policy', omitStages: ['RequestReceived'], rules }));
  return { args: [`--audit-policy-file=${policy}`, `--audit-log-path=${log}`], log };
}

/**
 * What the service account (`namespace/name`) tried and was refused, and what the Roles and ClusterRoles among the objects allow that it
 * never did: one line each, `sales: patch ameide.io/processes/status`.
 */
export function comparePermissions(
  objects: readonly KubeObject[],
  { log }: Audit,
  account: string,
): { readonly missing: string[]; readonly unused: string[] } {
  const events = eventsOf(log, `system:serviceaccount:${account.replace('/', ':')}`);
  const done = events.filter(({ annotations }) => annotations?.['authorization.k8s.io/decision'] === 'allow').flatMap(permissionOf);
  const refused = events.filter(({ annotations }) => annotations?.['authorization.k8s.io/decision'] === 'forbid').flatMap(permissionOf);
  const unused = permissionsOf(objects).filter((permission) => !done.some((use) => covers(permission, use)));
  return { missing: lines(refused), unused: lines(unused) };
}

function permissionsOf(objects: readonly KubeObject[]): Permission[] {
  return objects
    .filter(({ kind }) => kind === 'Role' || kind === 'ClusterRole')
    .flatMap(({ metadata, rules }) => (rules as readonly Rule[]).flatMap((rule) => permissionsOfRule(rule, metadata.namespace)));
}

function permissionsOfRule({ apiGroups, resources, resourceNames, verbs }: Rule, namespace: string | undefined): Permission[] {
  const wildcard = [...apiGroups, ...resources, ...verbs].find((word) => word.includes('*'));
  if (wildcard) throw new Error(`a rule with "${wildcard}" cannot be compared with what was done: name what is needed`);
  return apiGroups.flatMap((group) =>
    resources.flatMap((resource) =>
      verbs.flatMap((verb) => (resourceNames ?? [undefined]).map((name) => ({ namespace, verb, resource: `${group}/${resource}`, name }))),
    ),
  );
}

/** Requests that are about no object (discovery, `/readyz`) need no Role. */
function permissionOf({ verb, objectRef }: AuditEvent): Permission[] {
  if (!objectRef?.resource) return [];
  const { apiGroup = '', resource, subresource, namespace, name } = objectRef;
  return [{ namespace, verb, resource: [apiGroup, resource, ...(subresource ? [subresource] : [])].join('/'), name }];
}

function covers(permission: Permission, use: Permission): boolean {
  const { namespace = use.namespace, name = use.name } = permission;
  return permission.verb === use.verb && permission.resource === use.resource && namespace === use.namespace && name === use.name;
}

function eventsOf(log: string, username: string): AuditEvent[] {
  const all = readFileSync(log, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as AuditEvent);
  const events = all.filter(({ user }) => user.username === username);
  if (events.length === 0) throw new Error(`${username} did nothing at all: is this its name?`);
  return events;
}

/** Names only where a rule has them: the objects of a test are no permission. */
function lines(permissions: readonly Permission[]): string[] {
  return [...new Set(permissions.map(({ namespace = 'all namespaces', verb, resource }) => `${namespace}: ${verb} ${resource}`))].sort();
}
