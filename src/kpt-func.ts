/**
 * The function in the shape of `kpt-functions`' SDK, for programs that compose such functions. Only its types are imported: loading
 * the SDK replaces the global console. Its own reader and writer (`run`) re-emit YAML with losses; use the executable for that.
 */
import process from 'node:process';
import type { Configs, KptFunc, KubernetesObject } from 'kpt-functions';
import { openConfiguredSource } from './definition/open-configured-source.ts';
import { parseFnConfig } from './fn-config.ts';
import { frozenVariable } from './names.ts';
import { hasErrors, type Problem } from './problem.ts';
import { applyChanges } from './render/apply-changes.ts';
import { render } from './render/render.ts';
import type { Resource } from './resource.ts';

const usage = `Turns Process resources into pinned, reviewable manifests for Temporal workers.

For each Process: an immutable ConfigMap with its definition, and a worker Deployment. Configured by a ProcessRender
(fn.ameide.io/v1) or a ConfigMap; see fn-config/process-render.yaml. With findings of severity error the objects stay as they are.`;

/** Renders every Process of the configs in place; findings become results. `source` paths are relative to the working directory. */
export const processRender: KptFunc = Object.assign(renderConfigs, { usage });

async function renderConfigs(configs: Configs): Promise<void> {
  const parsed = parseFnConfig(configs.getFunctionConfig() as Resource | undefined, process.env[frozenVariable] === '1');
  if ('problems' in parsed) return addResults(configs, parsed.problems);
  const { config } = parsed;
  const items = configs.getAll() as unknown as Resource[];
  const { changes, findings } = await render(items, config, () => openConfiguredSource(config, process.cwd(), process.env));
  addResults(configs, findings);
  if (hasErrors(findings) || changes.length === 0) return;
  const next = applyChanges(items, changes) as unknown as KubernetesObject[];
  configs.deleteAll();
  configs.insert(...next);
}

/** The SDK's words for severity and the proposed value differ from the specification's. */
function addResults(configs: Configs, findings: readonly Problem[]): void {
  const results = findings.map(({ reason, severity, message, resource, field, file }) => ({
    message,
    severity: severity === 'warning' ? ('warn' as const) : severity,
    tags: { reason },
    ...(resource && { resourceRef: { ...resource, namespace: resource.namespace ?? '' } }),
    ...(file && { file }),
    ...(field && { field: { path: field.path, ...(isScalar(field.currentValue) && { currentValue: field.currentValue }) } }),
  }));
  configs.addResults(...results);
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}
