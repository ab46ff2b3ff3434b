/** Tells what happens to a pod, as `kubectl describe` shows it. Best effort, like Kubernetes' own events. */
import { randomUUID } from 'node:crypto';
import { request, type Server } from '../api.ts';
import type { Pod } from './pod.ts';

export type TellEvent = (type: 'Normal' | 'Warning', reason: string, message: string) => void;

/** What was told last for a reason is not told again. */
export function eventTeller(server: Server, { metadata, spec }: Pod): TellEvent {
  const last = new Map<string, string>();
  const { name, namespace, uid } = metadata;
  return (type, reason, message) => {
    if (last.get(reason) === message) return;
    last.set(reason, message);
    const at = new Date().toISOString();
    const event = {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: `${name.slice(0, 200)}.${randomUUID()}`, namespace },
      involvedObject: { apiVersion: 'v1', kind: 'Pod', name, namespace, uid },
      source: { component: 'kubelet', host: spec.nodeName },
      reportingComponent: 'kubelet',
      firstTimestamp: at,
      lastTimestamp: at,
      count: 1,
      type,
      reason,
      message: message.slice(0, 1024),
    };
    request(server, 'POST', `/api/v1/namespaces/${namespace}/events`, event).catch(() => {});
  };
}
