/** Whether the pods of a Deployment find each pinned definition where the worker contract says: the projected volume, file by file. Pure. */
import { annotation, checksumHex, definition } from '../names.ts';
import type { Problem } from '../problem.ts';
import { annotationOf, type Resource } from '../resource.ts';
import { containerField, objectsAt, podPath, workerContainer } from './pod-template.ts';
import { broken, type Rendered } from './rendered-process.ts';

/** A file of the volume and the ConfigMap it comes from. */
interface Projected {
  readonly path: string;
  readonly configMap: string;
  readonly key: string;
}

const volumeField = `spec.template.spec.volumes[name=${definition.volume}]`;

export function definitionsMounted(seen: Rendered, deployment: Resource): Problem[] {
  const worker = workerContainer(deployment);
  if (!worker) return [];
  const sources = objectsAt(volumeOf(deployment), 'projected', 'sources').flatMap(({ configMap }) =>
    configMap ? [configMap as Resource] : [],
  );
  const files = sources.flatMap((source) => filesOf(source, seen));
  const { pin, retained } = seen;
  const wanted: [path: string, checksum: string, what: string][] = [
    [definition.key, pin.checksum, `the pinned version ${pin.version}`],
    ...[pin, ...retained].map(({ checksum, version }): [string, string, string] => [
      `${checksumHex(checksum)}/${definition.key}`,
      checksum,
      `version ${version}, which running workflows may replay,`,
    ]),
  ];
  return [
    ...notMounted(worker, deployment),
    ...sources.flatMap((source) => absent(source, seen, deployment)),
    ...wanted.flatMap(([path, checksum, what]) => fileProblems({ path, checksum, what }, files, seen, deployment)),
  ];
}

function volumeOf(deployment: Resource): Resource | undefined {
  return objectsAt(deployment, ...podPath, 'volumes').find(({ name }) => name === definition.volume);
}

function notMounted(worker: Resource, deployment: Resource): Problem[] {
  const at = objectsAt(worker, 'volumeMounts').filter(({ mountPath }) => mountPath === definition.mountPath);
  const [mount] = at;
  if (mount?.name === definition.volume && mount.subPath === undefined && at.length === 1) return [];
  const message = `${definition.mountPath} must be volume "${definition.volume}"; do not change this mount after the render`;
  return [broken(deployment, containerField('volumeMounts'), {}, message)];
}

/** A source without items gives every key of its ConfigMap. */
function filesOf(source: Resource, seen: Rendered): Projected[] {
  const configMap = String(source.name);
  const items = objectsAt(source, 'items').map(({ key, path }) => ({ key: String(key), path: String(path), configMap }));
  if (source.items !== undefined) return items;
  const { data } = seen.configMap(configMap) ?? {};
  return Object.keys(typeof data === 'object' && data !== null ? data : {}).map((key) => ({ key, path: key, configMap }));
}

function absent(source: Resource, seen: Rendered, deployment: Resource): Problem[] {
  if (source.optional === true || seen.configMap(String(source.name))) return [];
  const message = `names ConfigMap "${String(source.name)}", which is not in the stream; the pods would not start`;
  return [broken(deployment, `${volumeField}.projected.sources`, { found: source.name }, message)];
}

interface Wanted {
  readonly path: string;
  readonly checksum: string;
  readonly what: string;
}

function fileProblems({ path, checksum, what }: Wanted, files: readonly Projected[], seen: Rendered, deployment: Resource): Problem[] {
  const [file, ...more] = files.filter((one) => one.path === path);
  const at = `${volumeField}.projected.sources[path=${path}]`;
  if (!file)
    return [broken(deployment, at, { wanted: checksum }, `${what} is not mounted at ${definition.mountPath}/${path}; render again`)];
  if (more.length > 0) return [broken(deployment, at, { wanted: checksum }, `${more.length + 1} sources give this file; render again`)];
  const configMap = seen.configMap(file.configMap);
  if (!configMap) return [];
  const found = annotationOf(configMap, annotation.definitionChecksum);
  if (found === checksum && file.key === definition.key) return [];
  const message = `comes from ConfigMap "${file.configMap}" (${found ?? 'no definition'}), the Process pins ${checksum}; render again`;
  return [broken(deployment, at, { wanted: checksum, found }, message)];
}
