/** Which policy is followed: what would end workflows is refused where the live spec may not be what Git says, or others use the queue. Pure. */
import { listed } from '../words.ts';
import type { DrainInput, DrainSpec, Policy } from './drain.ts';

export interface Followed {
  readonly policy: Policy;
  readonly onNewStart: NonNullable<DrainSpec['onNewStart']>;
  /** Why it is not what the spec says. */
  readonly refusal?: string;
}

export function followed({ spec, isAsRendered, seen }: Pick<DrainInput, 'spec' | 'isAsRendered' | 'seen'>): Followed {
  const { policy = 'Wait', onNewStart = 'Report' } = spec;
  if (policy === 'Wait' && onNewStart === 'Report') return { policy, onNewStart };
  const refused = (why: string): Followed => ({
    policy: 'Wait',
    onNewStart: 'Report',
    refusal: `${policy === 'Wait' ? `onNewStart ${onNewStart}` : `policy ${policy}`} is not followed: ${why}`,
  });
  if (!isAsRendered) return refused('the live spec is not what was rendered; render, commit and sync');
  const { sharers } = seen;
  const ends = policy !== 'Abandon';
  return ends && sharers.length > 0
    ? refused(`its queue is shared with ${listed(sharers.map(({ name }) => name))}`)
    : { policy, onNewStart };
}
