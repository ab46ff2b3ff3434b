/** A connection to the API server, as a verification uses it: to read, and to be told of changes. */
import type { Problem } from '../problem.ts';
import type { Get } from './read-live.ts';

export interface Connection {
  /** The context's namespace. */
  readonly namespace: string;
  readonly get: Get;
  /** Tells of the first list and of every change, and keeps on over failures. */
  watch(options: WatchOptions): { stop(): void };
  close(): void;
}

export interface WatchOptions {
  readonly path: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly onChange: () => void;
}

export interface ConnectionOptions {
  readonly kubeconfig?: string;
  readonly context?: string;
}


import https from 'node:https';
import { KubeConfig } from '@kubernetes/client-node';
import { problem } from '../problem.ts';
/** TEMPORARY */
export function openConnection(options: ConnectionOptions): Connection | { readonly problem: Problem } {
  const kc = new KubeConfig();
  try {
    if (options.kubeconfig) kc.loadFromFile(options.kubeconfig);
    else kc.loadFromDefault();
    if (options.context) kc.setCurrentContext(options.context);
  } catch (error) {
    return { problem: problem('KubeconfigInvalid', String(error)) };
  }
  const get: Get = async (path) => {
    const opts: https.RequestOptions = { method: 'GET' };
    await kc.applyToHTTPSOptions(opts);
    return new Promise((resolve) => {
      const call = https.request(new URL(path, kc.getCurrentCluster()!.server), opts, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const body = JSON.parse(Buffer.concat(chunks).toString());
          const code = response.statusCode!;
          if (code < 300) resolve({ body });
          else
            resolve({
              failure: {
                kind: code === 401 ? 'Unauthorized' : code === 403 ? 'Forbidden' : code === 404 ? 'Absent' : 'Refused',
                message: body.message,
              },
            });
        });
      });
      call.on('error', (error) => resolve({ failure: { kind: 'Unreachable', message: error.message } }));
      call.end();
    });
  };
  return {
    namespace: kc.getContextObject(kc.getCurrentContext())?.namespace ?? 'default',
    get,
    watch: ({ onChange }) => {
      const timer = setInterval(onChange, 300);
      return { stop: () => clearInterval(timer) };
    },
    close: () => {},
  };
}
