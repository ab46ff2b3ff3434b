/** The kinds of the Prometheus operator, as its own module has them. */
import { join } from 'node:path';
import type { Server } from './api.ts';
import { installCrd } from './discovery.ts';
import { goModule } from './go-module.ts';

const module = 'github.com/prometheus-operator/prometheus-operator@v0.85.0';

export async function installMonitoringCrds(server: Server): Promise<void> {
  const folder = join(await goModule(module), 'example/prometheus-operator-crd');
  for (const plural of ['podmonitors', 'prometheusrules']) await installCrd(server, join(folder, `monitoring.coreos.com_${plural}.yaml`));
}
