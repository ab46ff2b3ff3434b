/** DefinitionResolved: the pinned bytes are in the live ConfigMaps, and they are what the pods mount. */
import { checksumHex, definition, definitionConfigMapName } from '../../names.ts';
import type { Pin } from '../../process.ts';
import type { Known } from '../known.ts';
import type { SeenDefinition } from '../observation.ts';
import { dropHint } from '../retained.ts';
import { type Check, firstOf, isFalse, isTrue, type Verdict } from '../verdict.ts';
import { excerpt, listed } from '../words.ts';
import { isRollingOut } from './roll-out.ts';
import { cannotRead, specUnreadable } from './unreadable.ts';

const checks: readonly Check[] = [
  specUnreadable,
  cannotRead('configmaps'),
  pinMissing,
  pinnedBytes,
  bytesBeside,
  cannotRead('deployments'),
  nothingMounts,
  mountsOther,
  podsMountOther,
  asRendered,
];

export function definitionResolved(known: Known): Verdict {
  return firstOf(checks, known);
}

function pinMissing({ pin }: Known): Verdict | undefined {
  if (pin) return;
  return isFalse('PinMissing', 'the live Process has no pin, so its workers have no definition: run `ameide-process pin DIR` and commit');
}

function pinnedBytes(known: Known): Verdict | undefined {
  return bytesOf(known, known.pin!, 'DefinitionBytesMissing', 'the pinned');
}

function bytesBeside(known: Known): Verdict | undefined {
  for (const pin of known.beside) {
    const isRetained = known.retained.includes(pin);
    const verdict = isRetained
      ? bytesOf(known, pin, 'RetainedBytesMissing', 'the retained')
      : bytesOf(known, pin, 'DefinitionBytesMissing', known.track === 'stable' ? "the canary's" : 'the stable');
    if (verdict) return verdict;
  }
  return;
}

type Missing = 'DefinitionBytesMissing' | 'RetainedBytesMissing';

function bytesOf(known: Known, pin: Pin, missing: Missing, which: string): Verdict | undefined {
  const copies = copiesOf(known, pin);
  const what = `${which} version ${pin.version} (${pin.checksum})`;
  if (copies.length === 0) {
    const name = definitionConfigMapName(known.name, pin.checksum);
    return isFalse(missing, `no ConfigMap holds ${what}; it should be "${name}": apply it from Git, or run \`ameide-process pin DIR\``);
  }
  if (copies.some(({ found }) => found === pin.checksum)) return;
  const [{ configMap, found }] = copies as [SeenDefinition];
  const held = found === undefined ? `has no ${definition.key}` : `holds ${found}`;
  return isFalse('ChecksumMismatch', `ConfigMap "${configMap}" should hold ${what} but ${held}; delete it and apply it from Git`);
}

/** By what their annotations claim: a prefix may have renamed them. */
function copiesOf({ seen, spec }: Known, pin: Pin): SeenDefinition[] {
  const { tenantId } = spec!.definitionRef;
  return seen.definitions.filter((one) => one.id === pin.id && one.tenantId === tenantId && one.checksum === pin.checksum);
}

function nothingMounts({ seen }: Known): Verdict | undefined {
  if (seen.deployment) return;
  return isFalse('NotRendered', 'there is no worker Deployment that would mount it');
}

function mountsOther(known: Known): Verdict | undefined {
  const { pin, beside, seen } = known;
  const wanted = [
    { path: definition.key, pin: pin! },
    ...[pin!, ...beside].map((one) => ({ path: `${checksumHex(one.checksum)}/${definition.key}`, pin: one })),
  ];
  const wrong = wanted.filter((file) => !isMounted(known, file));
  if (wrong.length === 0) return;
  const [first] = wrong;
  const mount = seen.deployment!.mounts.find(({ path }) => path === first!.path);
  const found = mount ? `comes from ConfigMap "${mount.configMap}"` : 'is not mounted';
  const what = `version ${first!.pin.version} should be ${definition.mountPath}/${first!.path}, which ${found}`;
  return isFalse('DefinitionNotMounted', `Deployment "${seen.deployment!.name}": ${what}; render again and apply`);
}

function isMounted(known: Known, { path, pin }: { path: string; pin: Pin }): boolean {
  const mounts = known.seen.deployment!.mounts.filter((mount) => mount.path === path);
  const names = copiesOf(known, pin).map(({ configMap }) => configMap);
  return mounts.length === 1 && mounts[0]!.key === definition.key && names.includes(mounts[0]!.configMap);
}

/** While pods are being replaced, the old ones rightly mount what they were made with. */
function podsMountOther(known: Known): Verdict | undefined {
  const { seen, pods, pin } = known;
  if (isRollingOut(known)) return;
  const names = copiesOf(known, pin!).map(({ configMap }) => configMap);
  const other = pods.filter(
    ({ runningSince, currentDefinition }) => runningSince !== undefined && !names.includes(currentDefinition ?? ''),
  );
  if (other.length === 0) return;
  const from = excerpt(other[0]!.currentDefinition ?? 'nothing');
  const message = `pods that mount ${from} as the current definition: ${listed(other.map(({ name }) => name))}`;
  return isFalse('DefinitionNotMounted', `${message}; restart them: \`kubectl rollout restart deployment ${seen.deployment!.name}\``);
}

function asRendered(known: Known): Verdict {
  const { pin, seen, spec } = known;
  const mount = seen.deployment!.mounts.find(({ path }) => path === definition.key);
  // What the canary tries becomes the stable one by its promotion, not by `pin`.
  const pinned = [spec?.definitionRef.pin, spec?.rollout?.canary?.pin].map((one) => one?.version ?? 0);
  const newer = seen.newestVersion !== undefined && seen.newestVersion > Math.max(...pinned);
  const update = newer ? `; version ${seen.newestVersion} is at the source: run \`ameide-process pin DIR\` to use it` : '';
  return isTrue('AsRendered', `version ${pin!.version} is mounted from ConfigMap "${mount!.configMap}"${update}${dropHint(known)}`);
}
