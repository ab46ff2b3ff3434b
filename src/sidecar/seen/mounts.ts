/** The files of the definition volume of a pod, or of a pod template: which ConfigMap each comes from. */
import { definition } from '../../names.ts';
import { objectsAt, type Resource } from '../../resource.ts';
import type { SeenMount } from '../observation.ts';
import { objectIn, textIn } from './fields.ts';

export function mountsOf(podSpec: Resource): SeenMount[] {
  const volume = objectsAt(podSpec, 'volumes').find(({ name }) => name === definition.volume);
  const plain = textIn(objectIn(volume, 'configMap'), 'name');
  if (plain !== undefined) return filesOf(objectIn(volume, 'configMap'), plain);
  return objectsAt(objectIn(volume, 'projected'), 'sources').flatMap((source) => {
    const configMap = objectIn(source, 'configMap');
    return filesOf(configMap, textIn(configMap, 'name') ?? '');
  });
}

/** Without items, each key is a file; of those only the definition's matters. */
function filesOf(source: Resource, configMap: string): SeenMount[] {
  if (configMap === '') return [];
  if (source.items === undefined) return [{ path: definition.key, configMap, key: definition.key }];
  return objectsAt(source, 'items').map((item) => ({ path: textIn(item, 'path') ?? '', configMap, key: textIn(item, 'key') ?? '' }));
}
