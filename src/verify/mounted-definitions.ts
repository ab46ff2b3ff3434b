/** Whether the pods of a Deployment find each pinned definition where the worker contract says: the projected volume, file by file. Pure. */
import { annotation, checksumHex, definition } from '../names.ts';
import type { Problem } from '../problem.ts';
import type { Pin } from '../process.ts';
import { annotationOf, objectsAt, type Resource } from '../resource.ts';
import { trackOfDeployment } from '../track.ts';
import { containerField, podPath, workerContainer } from './pod-template.ts';
import { broken, definitionsIn, type Rendered } from './rendered-process.ts';
import { mismatchOf } from './stored-bytes.ts';

/** A file of the volume and the ConfigMap it comes from. */
interface Projected {
  readonly path: string;
  readonly configMap: string;
  readonly key: string;
  /** The pods start without it. */
  readonly isOptional: boolean;
}

const volumeField = `spec.template.spec.volumes[name=${definition.volume}]`;

export function definitionsMounted(seen: Rendered, deployment: Resource): Problem[] {
  const worker = workerContainer(deployment);
  if (!worker) return [];
  const sources = objectsAt(volumeOf(deployment), 'projected', 'sources').flatMap(({ configMap }) =>
    configMap ? [configMap as Resource] : [],
  );
  const files = sources.flatMap((source) => filesOf(source, seen));
  const track = trackOfDeployment(deployment);
  const pins = definitionsIn(seen, track);
  const whose = track === 'canary' ? "the canary's" : 'the pinned';
  const wanted: Wanted[] = [
    { path: definition.key, pin: pins[0], what: `${whose} version ${pins[0].version}` },
    ...pins.map((one) => ({
      path: `${checksumHex(one.checksum)}/${definition.key}`,
      pin: one,
      what: `version ${one.version}, which running workflows may replay,`,
    })),
  ];
  return [
    ...notMounted(worker, deployment),
    ...sources.flatMap((source) => absent(source, seen, deployment)),
    ...wanted.flatMap((file) => fileProblems(file, files, seen, deployment)),
  ];
}

function volumeOf(deployment: Resource): Resource | undefined {
  return objectsAt(deployment, ...podPath, 'volumes').find(({ name }) => name === definition.volume);
}

function notMounted(worker: Resource, deployment: Resource): Problem[] {
  const at = objectsAt(worker, 'volumeMounts').filter(({ mountPath }) => mountPath === definition.mountPath);
  const [mount] = at;
  const hiding = objectsAt(worker, 'volumeMounts').find(({ mountPath }) => String(mountPath).startsWith(`${definition.mountPath}/`));
  if (hiding) {
    const hides = `"${String(hiding.name)}" is mounted at ${String(hiding.mountPath)} and hides what the tool mounts there; mount it elsewhere`;
    return [broken(deployment, containerField('volumeMounts'), { found: hiding.mountPath }, hides)];
  }
  if (mount?.name === definition.volume && mount.subPath === undefined && at.length === 1) return [];
  const message = `${definition.mountPath} must be volume "${definition.volume}"; do not change this mount after the render`;
  return [broken(deployment, containerField('volumeMounts'), {}, message)];
}

/** A source without items gives every key of its ConfigMap. */
function filesOf(source: Resource, seen: Rendered): Projected[] {
  const configMap = String(source.name);
  const isOptional = source.optional === true;
  const items = objectsAt(source, 'items').map(({ key, path }) => ({ key: String(key), path: String(path), configMap, isOptional }));
  if (source.items !== undefined) return items;
  const { data } = seen.configMap(configMap) ?? {};
  return Object.keys(typeof data === 'object' && data !== null ? data : {}).map((key) => ({ key, path: key, configMap, isOptional }));
}

function absent(source: Resource, seen: Rendered, deployment: Resource): Problem[] {
  if (source.optional === true || seen.configMap(String(source.name))) return [];
  const message = `names ConfigMap "${String(source.name)}", which is not there; the pods would not start`;
  return [broken(deployment, `${volumeField}.projected.sources`, { found: source.name }, message)];
}

interface Wanted {
  readonly path: string;
  readonly pin: Pin;
  readonly what: string;
}

function fileProblems({ path, pin, what }: Wanted, files: readonly Projected[], seen: Rendered, deployment: Resource): Problem[] {
  const wanted = pin.checksum;
  const [file, ...more] = files.filter((one) => one.path === path);
  const at = `${volumeField}.projected.sources[path=${path}]`;
  if (!file) return [broken(deployment, at, { wanted }, `${what} is not mounted at ${definition.mountPath}/${path}; render again`)];
  if (more.length > 0) return [broken(deployment, at, { wanted }, `${more.length + 1} sources give this file; render again`)];
  const configMap = seen.configMap(file.configMap);
  // One that is not optional is told of as absent already.
  if (!configMap && !file.isOptional) return [];
  const found = configMap && annotationOf(configMap, annotation.definitionChecksum);
  if (found === wanted && file.key === definition.key) return path === definition.key ? [] : otherBytes(configMap!, pin, seen);
  const message = `comes from ConfigMap "${file.configMap}" (${found ?? 'no definition'}), the Process pins ${wanted}; render again`;
  return [broken(deployment, at, { wanted, found }, message)];
}

/** The mounted copy is edited while another copy in the namespace is whole; where none is whole the pin itself is told of. */
function otherBytes(configMap: Resource, pin: Pin, { definitions, process }: Rendered): Problem[] {
  const found = mismatchOf(configMap);
  if (found === undefined || typeof definitions.read(pin, process.spec.definitionRef.tenantId, 'pin', '') !== 'string') return [];
  return [found];
}
