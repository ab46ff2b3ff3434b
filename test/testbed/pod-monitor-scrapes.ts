/** What the Prometheus operator makes of a PodMonitor: scrape configurations. The pods that it finds through the API server are given. */
import type { KubeObject } from './api.ts';

export interface PodTarget {
  readonly namespace: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Where a port is reached, `host:port`, by its name; undefined: the pod has no such port. */
  readonly addressOf: (port: string) => string | undefined;
}

interface Endpoint {
  readonly port: string;
  readonly path?: string;
  readonly interval?: string;
  readonly honorLabels?: boolean;
  readonly relabelings?: readonly Relabeling[];
}

interface Relabeling {
  readonly sourceLabels?: readonly string[];
  readonly targetLabel?: string;
  readonly replacement?: string;
}

/** One for each of its endpoints; every second, whatever its interval. */
export function scrapesOf(monitor: KubeObject, pods: readonly PodTarget[]): object[] {
  const { selector, podMetricsEndpoints } = monitor.spec as {
    selector: { matchLabels: Record<string, string> };
    podMetricsEndpoints: readonly Endpoint[];
  };
  const { namespace, name } = monitor.metadata;
  const isSelected = (pod: PodTarget) =>
    pod.namespace === namespace && Object.entries(selector.matchLabels).every(([key, value]) => pod.labels[key] === value);
  return podMetricsEndpoints.map(({ port, path = '/metrics', honorLabels = false, relabelings = [] }, at) => ({
    job_name: `podMonitor/${namespace}/${name}/${at}`,
    honor_labels: honorLabels,
    metrics_path: path,
    static_configs: pods.filter(isSelected).flatMap((pod) => {
      const address = pod.addressOf(port);
      return address === undefined ? [] : [{ targets: [address], labels: metaOf(pod) }];
    }),
    relabel_configs: [
      { source_labels: ['__meta_kubernetes_namespace'], target_label: 'namespace' },
      { source_labels: ['__meta_kubernetes_pod_name'], target_label: 'pod' },
      { target_label: 'job', replacement: `${namespace}/${name}` },
      ...relabelings.map(({ sourceLabels, targetLabel, replacement }) => ({
        ...(sourceLabels && { source_labels: sourceLabels }),
        ...(targetLabel && { target_label: targetLabel }),
        ...(replacement !== undefined && { replacement }),
      })),
    ],
  }));
}

function metaOf({ namespace, name, labels }: PodTarget): Record<string, string> {
  const ofLabels = Object.entries(labels).map(([key, value]) => [
    `__meta_kubernetes_pod_label_${key.replace(/[^A-Za-z0-9_]/g, '_')}`,
    value,
  ]);
  return { __meta_kubernetes_namespace: namespace, __meta_kubernetes_pod_name: name, ...Object.fromEntries(ofLabels) };
}
