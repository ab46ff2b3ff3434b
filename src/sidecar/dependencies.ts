/** The Domains and Agents that Processes name. Watched only where one is named, because their CRDs may not be installed. */
import type { Kube } from '../kube/connect.ts';
import { namespaceIn } from '../kube/object-key.ts';
import { type ResourceWatch, watchResource } from '../kube/watch-resource.ts';
import { namespaceOf, objectsAt, type Resource } from '../resource.ts';
import type { SeenDependency } from './observation.ts';
import { keepReadiness, type OwnReadiness } from './seen/dependency.ts';

export interface Dependencies {
  /** What this Process (`namespace/name`) names now; undefined: it is gone. */
  want(key: string, process: Resource | undefined): void;
  /** One for each that it names, in its order. */
  of(process: Resource): SeenDependency[];
  stop(): void;
}

export interface DependenciesOptions {
  readonly kube: Kube;
  readonly allNamespaces: boolean;
  /** A dependency of this Process changed. */
  readonly onChange: (key: string) => void;
  readonly onError: (key: string, error: unknown) => void;
}

const plurals = { Domain: 'domains', Agent: 'agents' } as const;
type Kind = keyof typeof plurals;

interface Named {
  readonly kind: Kind;
  readonly name: string;
}

export function openDependencies({ kube, allNamespaces, onChange, onError }: DependenciesOptions): Dependencies {
  const watches = new Map<string, ResourceWatch<OwnReadiness>>();
  const wanted = new Map<string, readonly Named[]>();
  const dependents = new Map<string, Set<string>>();
  const scopeOf = (kind: Kind, namespace: string) => (allNamespaces ? plurals[kind] : `namespaces/${namespace}/${plurals[kind]}`);
  const tellAll = (scope: string) => {
    for (const [key, named] of wanted) if (named.some(({ kind }) => scopeOf(kind, namespaceIn(key)) === scope)) onChange(key);
  };
  const open = (kind: Kind, namespace: string) => {
    const scope = scopeOf(kind, namespace);
    if (watches.has(scope)) return;
    const watch = watchResource<OwnReadiness>({
      kube,
      path: `/apis/ameide.io/v1/${scope}`,
      keep: keepReadiness,
      onChange: (key) => {
        for (const dependent of dependents.get(`${kind} ${key}`) ?? []) onChange(dependent);
      },
      // Installed, removed, forbidden: it concerns all that name one.
      onState: () => tellAll(scope),
      onError,
    });
    watches.set(scope, watch);
  };
  const link = (key: string, named: readonly Named[], isWanted: boolean) => {
    for (const { kind, name } of named) {
      const id = `${kind} ${namespaceIn(key)}/${name}`;
      const keys = dependents.get(id) ?? new Set<string>();
      if (isWanted) keys.add(key);
      else keys.delete(key);
      if (keys.size === 0) dependents.delete(id);
      else dependents.set(id, keys);
    }
  };
  return {
    want: (key, process) => {
      link(key, wanted.get(key) ?? [], false);
      const named = process ? namedBy(process) : [];
      if (named.length === 0) wanted.delete(key);
      else wanted.set(key, named);
      link(key, named, true);
      for (const { kind } of named) open(kind, namespaceIn(key));
    },
    of: (process) =>
      namedBy(process).map((named) => look(named, namespaceOf(process), watches.get(scopeOf(named.kind, namespaceOf(process))))),
    stop: () => {
      for (const watch of watches.values()) watch.stop();
    },
  };
}

function namedBy({ spec }: Resource): Named[] {
  const of = (kind: Kind) =>
    objectsAt(spec, 'dependencies', plurals[kind]).flatMap(({ name }) => (typeof name === 'string' ? [{ kind, name }] : []));
  return [...of('Domain'), ...of('Agent')];
}

function look({ kind, name }: Named, namespace: string, watch: ResourceWatch<OwnReadiness> | undefined): SeenDependency {
  const state = watch?.state();
  if (state?.kind === 'Absent') return { kind, name, state: 'KindAbsent' };
  if (state?.kind === 'Forbidden')
    return { kind, name, state: 'Unreadable', ...(state.message !== undefined && { message: state.message }) };
  if (!watch?.hasListed()) return { kind, name, state: 'NotLooked' };
  const found = watch.store.get(`${namespace}/${name}`);
  if (!found) return { kind, name, state: 'Absent' };
  return {
    kind,
    name,
    state: found.isReady ? 'Ready' : 'NotReady',
    ...(found.message !== undefined && !found.isReady && { message: found.message }),
  };
}
