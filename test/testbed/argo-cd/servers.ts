/** The processes of an Argo CD without a cluster of its own: Redis, plugin, repo-server and application controller, all in one scratch folder. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import process from 'node:process';
import { part } from '../parts.ts';
import { type ServerProcess, scratchFolder, startServer, untilReady } from '../server-process.ts';

export interface PluginServer {
  /** Holds its `plugin.yaml`. */
  readonly config: string;
  /** Folders of the programs that it calls; they come first on its PATH. */
  readonly path: readonly string[];
}

export interface ServersStart {
  readonly kubeconfig: string;
  readonly plugin: PluginServer;
  readonly ports: readonly number[];
}

/** Resolves when all listen. The controller's metrics alone are not bound to loopback: it has no setting for that. */
export async function startServers({ kubeconfig, plugin, ports }: ServersStart): Promise<ServerProcess[]> {
  const [redisPort = 0, repoPort = 0, repoMetrics = 0, controllerMetrics = 0] = ports;
  const [argocd, miniredis] = await Promise.all([part('argocd'), part('miniredis')]);
  const scratch = scratchFolder('argocd');
  const env = { ...environment(scratch), KUBECONFIG: kubeconfig };
  const [redis, repoServer] = [`127.0.0.1:${redisPort}`, `127.0.0.1:${repoPort}`];
  const start = (name: string, args: readonly string[], more: NodeJS.ProcessEnv = {}) => {
    const folder = join(scratch, name);
    mkdirSync(join(folder, 'tmp'), { recursive: true });
    const own = { ...env, ARGOCD_BINARY_NAME: name, TMPDIR: join(folder, 'tmp'), ...more };
    return startServer({ name, executable: name === 'redis' ? miniredis : argocd, args, scratch: folder, env: own });
  };
  const cache = ['--redis', redis, '--loglevel', 'info'];
  const address = ['--address', '127.0.0.1', '--port', `${repoPort}`, '--metrics-address', '127.0.0.1', '--metrics-port', `${repoMetrics}`];
  const controller = ['--kubeconfig', kubeconfig, '--namespace', 'argocd', '--repo-server', repoServer, '--repo-server-plaintext'];
  const resync = ['--persist-resource-health', '--app-resync', '10', '--app-resync-jitter', '0', '--metrics-port', `${controllerMetrics}`];
  const servers = [
    start('redis', [redis]),
    start('argocd-cmp-server', ['--config-dir-path', plugin.config], { PATH: [...plugin.path, process.env.PATH].join(':') }),
    start('argocd-repo-server', ['--disable-tls', ...address, ...cache]),
    start('argocd-application-controller', [...controller, ...resync, ...cache]),
  ];
  try {
    await untilReady(servers, async () => (await Promise.all([redisPort, repoPort, controllerMetrics].map(isListening))).every(Boolean));
  } catch (error) {
    await Promise.all(servers.map((server) => server.stop()));
    throw error;
  }
  return servers;
}

/** Everything that Argo CD would look for in its image is in the scratch folder, and nothing of a person's own settings is. */
function environment(scratch: string): NodeJS.ProcessEnv {
  const folder = (name: string) => {
    mkdirSync(join(scratch, name), { recursive: true });
    return join(scratch, name);
  };
  writeFileSync(join(folder('ssh'), 'ssh_known_hosts'), '');
  return {
    PATH: process.env.PATH,
    HOME: folder('home'),
    ARGOCD_FAKE_IN_CLUSTER: 'true',
    ARGOCD_GPG_ENABLED: 'false',
    ARGOCD_TLS_DATA_PATH: folder('tls'),
    ARGOCD_SSH_DATA_PATH: folder('ssh'),
    ARGOCD_GPG_DATA_PATH: folder('gpg'),
    ARGOCD_GNUPGHOME: folder('gnupg'),
    ARGOCD_PLUGINSOCKFILEPATH: folder('plugins'),
  };
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const answer = (is: boolean) => {
      socket.destroy();
      resolve(is);
    };
    socket.once('connect', () => answer(true)).once('error', () => answer(false));
  });
}
