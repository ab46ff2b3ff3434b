/** Where the API server is and as whom it is asked: kubeconfig, service account, rotating token files and exec plugins, by client-node. */
import type { RequestOptions } from 'node:https';
import type { SecureContextOptions } from 'node:tls';
import { KubeConfig } from '@kubernetes/client-node';

export interface Credentials {
  readonly url: URL;
  /** The pod's own namespace, or the one of the kubeconfig's context; `default` when there is none. */
  readonly namespace: string;
  /** Read anew for each connection: certificates rotate. */
  tls(): Promise<TlsOptions>;
  headers(): Promise<Readonly<Record<string, string>>>;
  /** Everything is read from its source again. False: that was done moments ago, and is no use. */
  renew(): boolean;
}

export type TlsOptions = Pick<SecureContextOptions, 'ca' | 'cert' | 'key' | 'pfx' | 'passphrase'> & {
  readonly rejectUnauthorized?: boolean;
  readonly servername?: string;
};

/** So long headers are used again: hundreds of requests at once need not read the files hundreds of times. */
const headersLiveMs = 2_000;
const renewAtMostEveryMs = 10_000;

export interface CredentialsSource {
  /** A file; by default KUBECONFIG, ~/.kube/config, or the pod's service account. */
  readonly kubeconfig?: string | undefined;
  /** By default the kubeconfig's current one. */
  readonly context?: string | undefined;
}

/** Throws an Error that says why the configuration cannot be used. */
export function readCredentials(source: CredentialsSource): Credentials {
  let config = load(source);
  let headers: { readonly at: number; readonly value: Promise<Readonly<Record<string, string>>> } | undefined;
  let renewedAt = Number.NEGATIVE_INFINITY;
  return {
    url: serverOf(config),
    namespace: namespaceOf(config),
    tls: async () => tlsOf(await optionsOf(config)),
    headers: () => {
      if (!headers || performance.now() - headers.at > headersLiveMs) {
        headers = { at: performance.now(), value: optionsOf(config).then(headersOf) };
      }
      return headers.value;
    },
    renew: () => {
      if (performance.now() - renewedAt < renewAtMostEveryMs) return false;
      renewedAt = performance.now();
      headers = undefined;
      config = load(source);
      return true;
    },
  };
}

function load({ kubeconfig, context }: CredentialsSource): KubeConfig {
  const config = new KubeConfig();
  if (kubeconfig === undefined) config.loadFromDefault();
  else config.loadFromFile(kubeconfig);
  if (context !== undefined) config.setCurrentContext(context);
  return config;
}

function serverOf(config: KubeConfig): URL {
  const cluster = config.getCurrentCluster();
  if (!cluster) throw new Error(noCluster(config));
  if (!cluster.server.startsWith('https:')) throw new Error(notEncrypted(cluster.server));
  if (cluster.proxyUrl) throw new Error(`its cluster is behind the proxy-url ${cluster.proxyUrl}, which is not supported`);
  return new URL(cluster.server);
}

function noCluster(config: KubeConfig): string {
  const current = config.getCurrentContext();
  const names = (config.contexts ?? []).map(({ name }) => `"${name}"`).join(', ');
  if (names === '') return 'it has no context: set KUBECONFIG, or name a kubeconfig';
  return current ? `there is no context "${current}" with a cluster, but ${names}` : `no context is current: choose one of ${names}`;
}

/** client-node's own answer where it finds no configuration at all. */
const fallback = 'http://localhost:8080';

function notEncrypted(server: string): string {
  return server === fallback ? 'none was found: set KUBECONFIG, or name a kubeconfig' : `its server ${server} is not an https address`;
}

function namespaceOf(config: KubeConfig): string {
  return config.getContextObject(config.getCurrentContext())?.namespace?.trim() || 'default';
}

async function optionsOf(config: KubeConfig): Promise<RequestOptions> {
  const options: RequestOptions = {};
  await config.applyToHTTPSOptions(options);
  return options;
}

function tlsOf({ ca, cert, key, pfx, passphrase, rejectUnauthorized, servername }: RequestOptions): TlsOptions {
  return {
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    ...(pfx !== undefined && { pfx }),
    ...(passphrase !== undefined && { passphrase }),
    ...(rejectUnauthorized !== undefined && { rejectUnauthorized }),
    ...(servername !== undefined && { servername }),
  };
}

/** HTTP/2 wants names in lower case. */
function headersOf({ headers, auth }: RequestOptions): Record<string, string> {
  const entries = Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value).trim()]);
  if (auth) entries.push(['authorization', `Basic ${Buffer.from(auth).toString('base64')}`]);
  return Object.fromEntries(entries);
}
