/** What the parts of the stand-in kubelet know while they run one pod. */
import type { Server } from '../api.ts';
import type { BackOff } from './back-off.ts';
import type { Images } from './images.ts';
import type { Pod } from './pod.ts';

export interface PodContext {
  readonly server: Server;
  readonly images: Images;
  readonly backOff: BackOff;
  /** Lines for /etc/hosts: what the cluster's DNS would know. */
  readonly hosts: Readonly<Record<string, string>>;
  /** The pod as it was seen last. */
  pod(): Pod;
  /** The folder of this pod's own. */
  readonly folder: string;
  /** The node's folder, which goes when the test process ends. */
  readonly scratch: string;
  /** Something is to be told in the pod's status. */
  changed(): void;
  event(type: 'Normal' | 'Warning', reason: string, message: string): void;
}
