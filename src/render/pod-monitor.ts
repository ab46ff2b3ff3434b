/** For the Prometheus operator: where the metrics of the workers are scraped, of whichever track they are. */
import { metricsPort } from '../metrics-port.ts';
import { deploymentName, processLabel, queueLabel, selectorLabel } from '../names.ts';
import type { Process } from '../process.ts';
import type { Resource } from '../resource.ts';
import { childMetadata, renderedFrom } from './child-metadata.ts';

/** Undefined: none is asked for. */
export function podMonitor(process: Process): Resource | undefined {
  const { metadata, spec } = process;
  const port = metricsPort(spec);
  if (!port) return;
  const { path = '/metrics', interval } = spec.observability?.metrics ?? {};
  return {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PodMonitor',
    metadata: childMetadata(process, deploymentName(metadata.name), renderedFrom(process)),
    spec: {
      selector: {
        matchLabels: {
          [selectorLabel.process]: processLabel(metadata.name),
          [selectorLabel.queue]: queueLabel(spec.temporal.namespace, spec.temporal.taskQueue),
        },
      },
      podMetricsEndpoints: [{ port: port.name, path, ...(interval && { interval }), relabelings: relabelings(metadata.name) }],
    },
  };
}

/** So that series of workers have the labels that the sidecar's have, and tell the tracks apart. */
function relabelings(process: string): object[] {
  return [
    { targetLabel: 'process', replacement: process },
    { sourceLabels: [`__meta_kubernetes_pod_label_${selectorLabel.track.replace(/\W/g, '_')}`], targetLabel: 'track' },
  ];
}
