/** Of a live Domain or Agent whether it is Ready, and its own words for that. */
import { objectsAt, type Resource } from '../../resource.ts';
import { numberIn, objectIn, optional, textIn } from './fields.ts';

export interface OwnReadiness {
  readonly isReady: boolean;
  readonly message?: string;
}

/** Its Ready condition counts when it is about the spec it has now. */
export function keepReadiness(resource: Resource): OwnReadiness {
  const status = objectIn(resource, 'status');
  const ready = objectsAt(status, 'conditions').find(({ type }) => type === 'Ready');
  if (!ready) return { isReady: false, message: 'it has no Ready condition' };
  const generation = numberIn(objectIn(resource, 'metadata'), 'generation', 0);
  const observed = numberIn(ready, 'observedGeneration', numberIn(status, 'observedGeneration', generation));
  if (observed < generation) return { isReady: false, message: 'its status is about an older generation' };
  const words = [textIn(ready, 'reason'), textIn(ready, 'message')].filter(Boolean).join(': ');
  return { isReady: ready.status === 'True', ...optional('message', words === '' ? undefined : words.slice(0, 300)) };
}
