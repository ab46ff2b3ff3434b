// Generated from deploy/crd/ameide.io_processes.yaml by tools/generate.mjs. Do not edit.

/**
 * What should run.
 */
export interface ProcessSpec {
  /**
   * Scheduled sweeps: workflows of the task queue that run for too long are ended.
   *
   * @maxItems 16
   *
   * Items: A sweep.
   */
  cleanups?: {
    /**
     * What is done to them. Cancel needs workers, and workflows that heed it.
     */
    action: "Cancel" | "Terminate";
    /**
     * What is run instead of `ameide-process`; docs/schedules.md has its variables. Default: `ameide-process sweep`.
     *
     * @minItems 1
     * @maxItems 64
     *
     * Items: A word.
     */
    command?: string[];
    /**
     * The image that runs. Default: the function configuration's `tool.image`.
     */
    image?: string;
    /**
     * Its name.
     */
    name: string;
    /**
     * Workflows that run for longer are ended. A Go duration; at least the `maxDuration` of each SLA check of the same workflows.
     */
    olderThan: string;
    /**
     * When: a cron expression (minute, hour, day of the month, month, day of the week from 0, Sunday, to 6), or @hourly, @daily, @weekly, @monthly, @yearly.
     */
    schedule: string;
    /**
     * Time zone of the schedule, such as Europe/Berlin. Default: that of the kube-controller-manager, usually UTC.
     */
    timeZone?: string;
    /**
     * Only workflows of this type. Default: all of the task queue.
     */
    workflowType?: string;
  }[];
  /**
   * Which process definition.
   */
  definitionRef: {
    /**
     * The id at the source: printable ASCII without spaces.
     */
    id: string;
    /**
     * What was resolved. Owned by `ameide-process pin`; absent until then.
     */
    pin?: {
      /**
       * The id that was resolved.
       */
      id: string;
      /**
       * The version that was resolved, 1 to 2^53-1.
       */
      version: number;
      /**
       * `sha256:` and 64 hex digits over the exact bytes of definition.json.
       */
      checksum: string;
    };
    /**
     * Earlier pins whose bytes stay mounted, because running workflows replay against them.
     *
     * @maxItems 32
     *
     * Items: An earlier pin.
     */
    retained?: {
      /**
       * The id that was resolved.
       */
      id: string;
      /**
       * The version that was resolved, 1 to 2^53-1.
       */
      version: number;
      /**
       * `sha256:` and 64 hex digits over the exact bytes of definition.json.
       */
      checksum: string;
    }[];
    /**
     * The tenant at the source: printable ASCII without spaces.
     */
    tenantId: string;
    /**
     * The version that is wanted, 1 to 2^53-1. Default: the latest when it is pinned.
     */
    version?: number;
  };
  /**
   * What must be Ready for the Process to be Ready, in the same namespace.
   */
  dependencies?: {
    /**
     * Agents (ameide.io/v1).
     *
     * @maxItems 64
     *
     * Items: An Agent.
     */
    agents?: {
      /**
       * Its name.
       */
      name: string;
    }[];
    /**
     * Domains (ameide.io/v1).
     *
     * @maxItems 64
     *
     * Items: A Domain.
     */
    domains?: {
      /**
       * Its name.
       */
      name: string;
    }[];
  };
  /**
   * How workflows that run are handled when the Process is drained or deleted.
   */
  drain?: {
    /**
     * With `Cancel`: after so long, what still runs is terminated. A Go duration. Default: 60s.
     */
    cancelGrace?: string;
    /**
     * With `Wait`: what happens to workflows that are started after the drain began; the other policies treat them like the rest. Default: Report, which counts them and waits for them, too.
     */
    onNewStart?: "Report" | "Cancel" | "Terminate";
    /**
     * Wait for running workflows, Cancel or Terminate them, or Abandon them: they are left without workers. Default: Wait.
     */
    policy?: "Wait" | "Cancel" | "Terminate" | "Abandon";
    /**
     * When workflows still run after so long, the Process is Stalled and a person decides; nothing is killed. A Go duration. Default: none.
     */
    timeout?: string;
  };
  /**
   * The worker image: [registry/]repository[:tag][@digest].
   */
  image: string;
  /**
   * Default: the function configuration's, else IfNotPresent.
   */
  imagePullPolicy?: "Always" | "IfNotPresent" | "Never";
  /**
   * Secrets for the registry.
   *
   * @maxItems 16
   *
   * Items: A Secret.
   */
  imagePullSecrets?: {
    /**
     * Its name.
     */
    name: string;
  }[];
  /**
   * Draining: starts are paused, running workflows handled as `drain` says; the workers stay. Active again restores what was paused. Default: Active.
   */
  lifecycle?: "Active" | "Draining";
  /**
   * What is passed to workers.
   */
  observability?: {
    /**
     * LOG_LEVEL of the workers. Default: info.
     */
    logLevel?: "debug" | "info" | "warn" | "error";
    /**
     * Where the workers serve Prometheus metrics: a PodMonitor is rendered, for clusters with the Prometheus operator. Default: none.
     */
    metrics?: {
      /**
       * How often it is scraped: seconds, minutes or hours, such as 30s. Default: the Prometheus server's.
       */
      interval?: string;
      /**
       * The path. Default: /metrics.
       */
      path?: string;
      /**
       * One of worker.ports, by name or number; the workers are told the number (METRICS_PORT).
       */
      port: number | string;
    };
    /**
     * Attributes of all metrics and traces (OTEL_RESOURCE_ATTRIBUTES).
     */
    metricsTags?: {
      /**
       * The value.
       */
      [k: string]: string;
    };
  };
  /**
   * How a new version replaces the old one.
   */
  rollout?: {
    /**
     * A second Deployment beside the stable one, on the same task queue. Default: none. `ameide-process promote` and `abort` end it.
     */
    canary?: {
      /**
       * Its worker image; one that differs needs replayCompatible. Default: the stable image.
       */
      image?: string;
      /**
       * The definition that it has as the current one. Owned by `ameide-process pin --canary`. Default: the stable pin.
       */
      pin?: {
        /**
         * The id that was resolved.
         */
        id: string;
        /**
         * The version that was resolved, 1 to 2^53-1.
         */
        version: number;
        /**
         * `sha256:` and 64 hex digits over the exact bytes of definition.json.
         */
        checksum: string;
      };
      /**
       * That its image replays workflows of the stable image, and the other way round: on one task queue each gets tasks of the other's. Default: false.
       */
      replayCompatible?: boolean;
      /**
       * Pods of the canary, at most as many as the stable ones. Default: 1.
       */
      replicas?: number;
      /**
       * The version of the definition that is wanted for it, 1 to 2^53-1. Default: the one that is pinned.
       */
      version?: number;
    };
    /**
     * Workflows of one tenant that a worker runs at once (MAX_CONCURRENCY_PER_TENANT). Default: not set.
     */
    maxConcurrencyPerTenant?: number;
    /**
     * Canary: as RollingUpdate, and a canary may stand beside. Default: RollingUpdate.
     */
    strategy?: "RollingUpdate" | "Recreate" | "Canary";
  };
  /**
   * Scheduled checks of running workflows: those that run for too long are reported, each once.
   *
   * @maxItems 16
   *
   * Items: A check.
   */
  slaChecks?: {
    /**
     * What is run instead of `ameide-process`; docs/schedules.md has its variables. Default: `ameide-process check-sla`.
     *
     * @minItems 1
     * @maxItems 64
     *
     * Items: A word.
     */
    command?: string[];
    /**
     * The image that runs. Default: the function configuration's `tool.image`.
     */
    image?: string;
    /**
     * So long a workflow may run. A Go duration.
     */
    maxDuration: string;
    /**
     * Its name.
     */
    name: string;
    /**
     * When: a cron expression (minute, hour, day of the month, month, day of the week from 0, Sunday, to 6), or @hourly, @daily, @weekly, @monthly, @yearly.
     */
    schedule: string;
    /**
     * How bad it is. Default: warning.
     */
    severity?: "info" | "warning" | "critical";
    /**
     * Time zone of the schedule, such as Europe/Berlin. Default: that of the kube-controller-manager, usually UTC.
     */
    timeZone?: string;
    /**
     * Only workflows of this type. Default: all of the task queue.
     */
    workflowType?: string;
  }[];
  /**
   * Where the workers poll. Namespace and task queue are the identity of the Process.
   */
  temporal: {
    /**
     * host:port of the Temporal frontend. Default: the function configuration's.
     */
    address?: string;
    /**
     * The API key, in a Secret of the same namespace. Default: none.
     */
    apiKeySecretRef?: {
      /**
       * Name of the Secret.
       */
      name: string;
      /**
       * Key that holds it.
       */
      key: string;
    };
    /**
     * The Temporal namespace. Immutable.
     */
    namespace: string;
    /**
     * The task queue. Immutable.
     */
    taskQueue: string;
    /**
     * TLS to Temporal; `{}` is TLS with the system's certificate authorities. Default: none, or the function configuration's.
     */
    tls?: {
      /**
       * Secret with the authority's certificate. Default: the system's.
       */
      caSecretRef?: {
        /**
         * Name of the Secret.
         */
        name: string;
        /**
         * Key that holds it. Default: ca.crt.
         */
        key?: string;
      };
      /**
       * Secret of type kubernetes.io/tls (keys tls.crt, tls.key) with the client certificate. Default: none.
       */
      clientCertificateSecretRef?: {
        /**
         * Name of the Secret.
         */
        name: string;
      };
      /**
       * Name that the server's certificate must have. Default: the host of the address.
       */
      serverName?: string;
    };
  };
  /**
   * How the workers run. Default: one pod with what the function configuration says.
   */
  worker?: {
    /**
     * Where pods may or should run, as in a pod.
     */
    affinity?: {
      /**
       * By node.
       */
      nodeAffinity?: {
        /**
         * Preferences; the node with the greatest sum of weights wins.
         *
         * @maxItems 8
         *
         * Items: A weighted term.
         */
        preferredDuringSchedulingIgnoredDuringExecution?: {
          /**
           * A node selector term; all its requirements must hold.
           */
          preference: {
            /**
             * Requirements on node labels.
             *
             * @maxItems 16
             *
             * Items: A requirement on a node label.
             */
            matchExpressions?: {
              /**
               * The label key.
               */
              key: string;
              /**
               * How key and values relate.
               */
              operator: "In" | "NotIn" | "Exists" | "DoesNotExist" | "Gt" | "Lt";
              /**
               * Values to compare with; Gt and Lt take one integer.
               *
               * @maxItems 16
               *
               * Items: A value.
               */
              values?: string[];
            }[];
            /**
             * Requirements on node fields.
             *
             * @maxItems 16
             *
             * Items: A requirement on a node field.
             */
            matchFields?: {
              /**
               * The field.
               */
              key: "metadata.name";
              /**
               * How key and values relate.
               */
              operator: "In" | "NotIn";
              /**
               * The one name to compare with.
               *
               * @minItems 1
               * @maxItems 1
               *
               * Items: A node name.
               */
              values: string[];
            }[];
          };
          /**
           * How much it counts, 1 to 100.
           */
          weight: number;
        }[];
        /**
         * Requirement: one of the terms must hold.
         */
        requiredDuringSchedulingIgnoredDuringExecution?: {
          /**
           * The terms.
           *
           * @minItems 1
           * @maxItems 8
           *
           * Items: A node selector term; all its requirements must hold.
           */
          nodeSelectorTerms: {
            /**
             * Requirements on node labels.
             *
             * @maxItems 16
             *
             * Items: A requirement on a node label.
             */
            matchExpressions?: {
              /**
               * The label key.
               */
              key: string;
              /**
               * How key and values relate.
               */
              operator: "In" | "NotIn" | "Exists" | "DoesNotExist" | "Gt" | "Lt";
              /**
               * Values to compare with; Gt and Lt take one integer.
               *
               * @maxItems 16
               *
               * Items: A value.
               */
              values?: string[];
            }[];
            /**
             * Requirements on node fields.
             *
             * @maxItems 16
             *
             * Items: A requirement on a node field.
             */
            matchFields?: {
              /**
               * The field.
               */
              key: "metadata.name";
              /**
               * How key and values relate.
               */
              operator: "In" | "NotIn";
              /**
               * The one name to compare with.
               *
               * @minItems 1
               * @maxItems 1
               *
               * Items: A node name.
               */
              values: string[];
            }[];
          }[];
        };
      };
      /**
       * Near these pods.
       */
      podAffinity?: {
        /**
         * Preferences; the node with the greatest sum of weights wins.
         *
         * @maxItems 8
         *
         * Items: A weighted term.
         */
        preferredDuringSchedulingIgnoredDuringExecution?: {
          /**
           * Pods (by label) and the topology in which they count.
           */
          podAffinityTerm: {
            /**
             * Which pods; none matches no pod.
             */
            labelSelector?: {
              /**
               * Requirements; all must hold.
               *
               * @maxItems 16
               *
               * Items: A requirement on a label.
               */
              matchExpressions?: {
                /**
                 * The label key.
                 */
                key: string;
                /**
                 * How key and values relate.
                 */
                operator: "In" | "NotIn" | "Exists" | "DoesNotExist";
                /**
                 * Values to compare with.
                 *
                 * @maxItems 16
                 *
                 * Items: A value.
                 */
                values?: string[];
              }[];
              /**
               * Labels that must have these values.
               */
              matchLabels?: {
                /**
                 * The value: at most 63 characters.
                 */
                [k: string]: string;
              };
            };
            /**
             * Keys whose values are taken from the new pod and must be equal.
             *
             * @maxItems 8
             *
             * Items: A label key.
             */
            matchLabelKeys?: string[];
            /**
             * Keys whose values are taken from the new pod and must differ.
             *
             * @maxItems 8
             *
             * Items: A label key.
             */
            mismatchLabelKeys?: string[];
            /**
             * Namespaces of those pods, by label.
             */
            namespaceSelector?: {
              /**
               * Requirements; all must hold.
               *
               * @maxItems 16
               *
               * Items: A requirement on a label.
               */
              matchExpressions?: {
                /**
                 * The label key.
                 */
                key: string;
                /**
                 * How key and values relate.
                 */
                operator: "In" | "NotIn" | "Exists" | "DoesNotExist";
                /**
                 * Values to compare with.
                 *
                 * @maxItems 16
                 *
                 * Items: A value.
                 */
                values?: string[];
              }[];
              /**
               * Labels that must have these values.
               */
              matchLabels?: {
                /**
                 * The value: at most 63 characters.
                 */
                [k: string]: string;
              };
            };
            /**
             * Namespaces of those pods. Default: the Process's own.
             *
             * @maxItems 16
             *
             * Items: A namespace.
             */
            namespaces?: string[];
            /**
             * Node label that names the topology, e.g. kubernetes.io/hostname.
             */
            topologyKey: string;
          };
          /**
           * How much it counts, 1 to 100.
           */
          weight: number;
        }[];
        /**
         * Requirements; all must hold.
         *
         * @maxItems 8
         *
         * Items: Pods (by label) and the topology in which they count.
         */
        requiredDuringSchedulingIgnoredDuringExecution?: {
          /**
           * Which pods; none matches no pod.
           */
          labelSelector?: {
            /**
             * Requirements; all must hold.
             *
             * @maxItems 16
             *
             * Items: A requirement on a label.
             */
            matchExpressions?: {
              /**
               * The label key.
               */
              key: string;
              /**
               * How key and values relate.
               */
              operator: "In" | "NotIn" | "Exists" | "DoesNotExist";
              /**
               * Values to compare with.
               *
               * @maxItems 16
               *
               * Items: A value.
               */
              values?: string[];
            }[];
            /**
             * Labels that must have these values.
             */
            matchLabels?: {
              /**
               * The value: at most 63 characters.
               */
              [k: string]: string;
            };
          };
          /**
           * Keys whose values are taken from the new pod and must be equal.
           *
           * @maxItems 8
           *
           * Items: A label key.
           */
          matchLabelKeys?: string[];
          /**
           * Keys whose values are taken from the new pod and must differ.
           *
           * @maxItems 8
           *
           * Items: A label key.
           */
          mismatchLabelKeys?: string[];
          /**
           * Namespaces of those pods, by label.
           */
          namespaceSelector?: {
            /**
             * Requirements; all must hold.
             *
             * @maxItems 16
             *
             * Items: A requirement on a label.
             */
            matchExpressions?: {
              /**
               * The label key.
               */
              key: string;
              /**
               * How key and values relate.
               */
              operator: "In" | "NotIn" | "Exists" | "DoesNotExist";
              /**
               * Values to compare with.
               *
               * @maxItems 16
               *
               * Items: A value.
               */
              values?: string[];
            }[];
            /**
             * Labels that must have these values.
             */
            matchLabels?: {
              /**
               * The value: at most 63 characters.
               */
              [k: string]: string;
            };
          };
          /**
           * Namespaces of those pods. Default: the Process's own.
           *
           * @maxItems 16
           *
           * Items: A namespace.
           */
          namespaces?: string[];
          /**
           * Node label that names the topology, e.g. kubernetes.io/hostname.
           */
          topologyKey: string;
        }[];
      };
      /**
       * Away from these pods.
       */
      podAntiAffinity?: {
        /**
         * Preferences; the node with the greatest sum of weights wins.
         *
         * @maxItems 8
         *
         * Items: A weighted term.
         */
        preferredDuringSchedulingIgnoredDuringExecution?: {
          /**
           * Pods (by label) and the topology in which they count.
           */
          podAffinityTerm: {
            /**
             * Which pods; none matches no pod.
             */
            labelSelector?: {
              /**
               * Requirements; all must hold.
               *
               * @maxItems 16
               *
               * Items: A requirement on a label.
               */
              matchExpressions?: {
                /**
                 * The label key.
                 */
                key: string;
                /**
                 * How key and values relate.
                 */
                operator: "In" | "NotIn" | "Exists" | "DoesNotExist";
                /**
                 * Values to compare with.
                 *
                 * @maxItems 16
                 *
                 * Items: A value.
                 */
                values?: string[];
              }[];
              /**
               * Labels that must have these values.
               */
              matchLabels?: {
                /**
                 * The value: at most 63 characters.
                 */
                [k: string]: string;
              };
            };
            /**
             * Keys whose values are taken from the new pod and must be equal.
             *
             * @maxItems 8
             *
             * Items: A label key.
             */
            matchLabelKeys?: string[];
            /**
             * Keys whose values are taken from the new pod and must differ.
             *
             * @maxItems 8
             *
             * Items: A label key.
             */
            mismatchLabelKeys?: string[];
            /**
             * Namespaces of those pods, by label.
             */
            namespaceSelector?: {
              /**
               * Requirements; all must hold.
               *
               * @maxItems 16
               *
               * Items: A requirement on a label.
               */
              matchExpressions?: {
                /**
                 * The label key.
                 */
                key: string;
                /**
                 * How key and values relate.
                 */
                operator: "In" | "NotIn" | "Exists" | "DoesNotExist";
                /**
                 * Values to compare with.
                 *
                 * @maxItems 16
                 *
                 * Items: A value.
                 */
                values?: string[];
              }[];
              /**
               * Labels that must have these values.
               */
              matchLabels?: {
                /**
                 * The value: at most 63 characters.
                 */
                [k: string]: string;
              };
            };
            /**
             * Namespaces of those pods. Default: the Process's own.
             *
             * @maxItems 16
             *
             * Items: A namespace.
             */
            namespaces?: string[];
            /**
             * Node label that names the topology, e.g. kubernetes.io/hostname.
             */
            topologyKey: string;
          };
          /**
           * How much it counts, 1 to 100.
           */
          weight: number;
        }[];
        /**
         * Requirements; all must hold.
         *
         * @maxItems 8
         *
         * Items: Pods (by label) and the topology in which they count.
         */
        requiredDuringSchedulingIgnoredDuringExecution?: {
          /**
           * Which pods; none matches no pod.
           */
          labelSelector?: {
            /**
             * Requirements; all must hold.
             *
             * @maxItems 16
             *
             * Items: A requirement on a label.
             */
            matchExpressions?: {
              /**
               * The label key.
               */
              key: string;
              /**
               * How key and values relate.
               */
              operator: "In" | "NotIn" | "Exists" | "DoesNotExist";
              /**
               * Values to compare with.
               *
               * @maxItems 16
               *
               * Items: A value.
               */
              values?: string[];
            }[];
            /**
             * Labels that must have these values.
             */
            matchLabels?: {
              /**
               * The value: at most 63 characters.
               */
              [k: string]: string;
            };
          };
          /**
           * Keys whose values are taken from the new pod and must be equal.
           *
           * @maxItems 8
           *
           * Items: A label key.
           */
          matchLabelKeys?: string[];
          /**
           * Keys whose values are taken from the new pod and must differ.
           *
           * @maxItems 8
           *
           * Items: A label key.
           */
          mismatchLabelKeys?: string[];
          /**
           * Namespaces of those pods, by label.
           */
          namespaceSelector?: {
            /**
             * Requirements; all must hold.
             *
             * @maxItems 16
             *
             * Items: A requirement on a label.
             */
            matchExpressions?: {
              /**
               * The label key.
               */
              key: string;
              /**
               * How key and values relate.
               */
              operator: "In" | "NotIn" | "Exists" | "DoesNotExist";
              /**
               * Values to compare with.
               *
               * @maxItems 16
               *
               * Items: A value.
               */
              values?: string[];
            }[];
            /**
             * Labels that must have these values.
             */
            matchLabels?: {
              /**
               * The value: at most 63 characters.
               */
              [k: string]: string;
            };
          };
          /**
           * Namespaces of those pods. Default: the Process's own.
           *
           * @maxItems 16
           *
           * Items: A namespace.
           */
          namespaces?: string[];
          /**
           * Node label that names the topology, e.g. kubernetes.io/hostname.
           */
          topologyKey: string;
        }[];
      };
    };
    /**
     * The command's arguments. Default: the image's.
     *
     * @maxItems 256
     *
     * Items: An argument; $(NAME) is expanded by Kubernetes.
     */
    args?: string[];
    /**
     * Mount a token for the Kubernetes API. Default: false.
     */
    automountServiceAccountToken?: boolean;
    /**
     * What runs, without a shell. Default: the image's.
     *
     * @maxItems 256
     *
     * Items: A word; $(NAME) is expanded by Kubernetes.
     */
    command?: string[];
    /**
     * Variables beside those that the tool sets; a clash with one of those is an error.
     *
     * @maxItems 256
     *
     * Items: A variable.
     */
    env?: {
      /**
       * The name.
       */
      name: string;
      /**
       * The value; $(NAME) is expanded by Kubernetes. Default: empty.
       */
      value?: string;
      /**
       * Where the value is taken from: one of these.
       */
      valueFrom?: {
        /**
         * A key of a ConfigMap in the same namespace.
         */
        configMapKeyRef?: {
          /**
           * The key.
           */
          key: string;
          /**
           * Name of the ConfigMap.
           */
          name: string;
          /**
           * Start without it if it is absent. Default: false.
           */
          optional?: boolean;
        };
        /**
         * A field of the pod.
         */
        fieldRef?: {
          /**
           * Default: v1.
           */
          apiVersion?: "v1";
          /**
           * metadata.name, .namespace, .uid, .labels[KEY] or .annotations[KEY]; spec.nodeName or .serviceAccountName; status.hostIP(s) or .podIP(s).
           */
          fieldPath: string;
        };
        /**
         * A request or limit of the container.
         */
        resourceFieldRef?: {
          /**
           * Default: the worker's container.
           */
          containerName?: "worker";
          /**
           * Unit of the value. Default: 1.
           */
          divisor?: number | string;
          /**
           * Which one.
           */
          resource:
            | "limits.cpu"
            | "limits.memory"
            | "limits.ephemeral-storage"
            | "requests.cpu"
            | "requests.memory"
            | "requests.ephemeral-storage";
        };
        /**
         * A key of a Secret in the same namespace.
         */
        secretKeyRef?: {
          /**
           * The key.
           */
          key: string;
          /**
           * Name of the Secret.
           */
          name: string;
          /**
           * Start without it if it is absent. Default: false.
           */
          optional?: boolean;
        };
      };
    }[];
    /**
     * Variables from ConfigMaps and Secrets.
     *
     * @maxItems 64
     *
     * Items: A source of variables.
     */
    envFrom?: {
      /**
       * All keys of a ConfigMap in the same namespace.
       */
      configMapRef?: {
        /**
         * Name of the ConfigMap.
         */
        name: string;
        /**
         * Start without it if it is absent. Default: false.
         */
        optional?: boolean;
      };
      /**
       * Put before each name. Default: none.
       */
      prefix?: string;
      /**
       * All keys of a Secret in the same namespace.
       */
      secretRef?: {
        /**
         * Name of the Secret.
         */
        name: string;
        /**
         * Start without it if it is absent. Default: false.
         */
        optional?: boolean;
      };
    }[];
    /**
     * Restarts the container when it fails. Default: none.
     */
    livenessProbe?: {
      /**
       * Runs a command in the container; exit 0 is healthy.
       */
      exec?: {
        /**
         * The command and its arguments; no shell.
         *
         * @minItems 1
         * @maxItems 64
         *
         * Items: A word.
         */
        command: string[];
      };
      /**
       * Failures in a row after which it counts as failed. Default: 3.
       */
      failureThreshold?: number;
      /**
       * Asks the gRPC health service.
       */
      grpc?: {
        /**
         * The port.
         */
        port: number;
        /**
         * The service asked for. Default: empty.
         */
        service?: string;
      };
      /**
       * An HTTP GET; 200 to 399 is healthy.
       */
      httpGet?: {
        /**
         * The host. Default: the pod's address.
         */
        host?: string;
        /**
         * Headers to send.
         *
         * @maxItems 32
         *
         * Items: A header.
         */
        httpHeaders?: {
          /**
           * The name.
           */
          name: string;
          /**
           * The value.
           */
          value: string;
        }[];
        /**
         * The path. Default: /.
         */
        path?: string;
        /**
         * The port, by number or name.
         */
        port: number | string;
        /**
         * Default: HTTP.
         */
        scheme?: "HTTP" | "HTTPS";
      };
      /**
       * Seconds from start to the first try. Default: 0.
       */
      initialDelaySeconds?: number;
      /**
       * Seconds between tries. Default: 10.
       */
      periodSeconds?: number;
      /**
       * Successes in a row after which it counts as healthy. Default: 1. Must be 1.
       */
      successThreshold?: number;
      /**
       * Opens a TCP connection.
       */
      tcpSocket?: {
        /**
         * The host. Default: the pod's address.
         */
        host?: string;
        /**
         * The port, by number or name.
         */
        port: number | string;
      };
      /**
       * Seconds to stop after this probe failed. Default: the pod's.
       */
      terminationGracePeriodSeconds?: number;
      /**
       * Seconds until a try counts as failed. Default: 1.
       */
      timeoutSeconds?: number;
    };
    /**
     * Labels that a node must have.
     */
    nodeSelector?: {
      /**
       * The value: at most 63 characters.
       */
      [k: string]: string;
    };
    /**
     * Annotations of the pods.
     */
    podAnnotations?: {
      /**
       * The value: any text.
       */
      [k: string]: string;
    };
    /**
     * Labels of the pods, beside those that the tool sets; a clash with one of those is an error.
     */
    podLabels?: {
      /**
       * The value: at most 63 characters.
       */
      [k: string]: string;
    };
    /**
     * Users and groups of the pods. The rest (non-root, no privileges, read-only root) is fixed.
     */
    podSecurityContext?: {
      /**
       * Group that owns volumes.
       */
      fsGroup?: number;
      /**
       * Group. Default: the image's.
       */
      runAsGroup?: number;
      /**
       * User, not 0. Default: the image's, which must not be root.
       */
      runAsUser?: number;
      /**
       * Further groups.
       *
       * @maxItems 32
       *
       * Items: A group.
       */
      supplementalGroups?: number[];
    };
    /**
     * Ports that the container opens, for probes and scraping.
     *
     * @maxItems 32
     *
     * Items: A port.
     */
    ports?: {
      /**
       * The port.
       */
      containerPort: number;
      /**
       * The name: at most 15 lower-case letters, digits and "-", at least one letter.
       */
      name: string;
      /**
       * Default: TCP.
       */
      protocol?: "TCP" | "UDP" | "SCTP";
    }[];
    /**
     * Priority of the pods. Default: none.
     */
    priorityClassName?: string;
    /**
     * Takes the pod out of service while it fails. Default: none.
     */
    readinessProbe?: {
      /**
       * Runs a command in the container; exit 0 is healthy.
       */
      exec?: {
        /**
         * The command and its arguments; no shell.
         *
         * @minItems 1
         * @maxItems 64
         *
         * Items: A word.
         */
        command: string[];
      };
      /**
       * Failures in a row after which it counts as failed. Default: 3.
       */
      failureThreshold?: number;
      /**
       * Asks the gRPC health service.
       */
      grpc?: {
        /**
         * The port.
         */
        port: number;
        /**
         * The service asked for. Default: empty.
         */
        service?: string;
      };
      /**
       * An HTTP GET; 200 to 399 is healthy.
       */
      httpGet?: {
        /**
         * The host. Default: the pod's address.
         */
        host?: string;
        /**
         * Headers to send.
         *
         * @maxItems 32
         *
         * Items: A header.
         */
        httpHeaders?: {
          /**
           * The name.
           */
          name: string;
          /**
           * The value.
           */
          value: string;
        }[];
        /**
         * The path. Default: /.
         */
        path?: string;
        /**
         * The port, by number or name.
         */
        port: number | string;
        /**
         * Default: HTTP.
         */
        scheme?: "HTTP" | "HTTPS";
      };
      /**
       * Seconds from start to the first try. Default: 0.
       */
      initialDelaySeconds?: number;
      /**
       * Seconds between tries. Default: 10.
       */
      periodSeconds?: number;
      /**
       * Successes in a row after which it counts as healthy. Default: 1.
       */
      successThreshold?: number;
      /**
       * Opens a TCP connection.
       */
      tcpSocket?: {
        /**
         * The host. Default: the pod's address.
         */
        host?: string;
        /**
         * The port, by number or name.
         */
        port: number | string;
      };
      /**
       * Seconds until a try counts as failed. Default: 1.
       */
      timeoutSeconds?: number;
    };
    /**
     * Number of pods. Default: 1.
     */
    replicas?: number;
    /**
     * CPU, memory and other resources of the container. Default: none.
     */
    resources?: {
      /**
       * At most this much.
       */
      limits?: {
        /**
         * A quantity such as 500m or 1Gi.
         */
        [k: string]: number | string;
      };
      /**
       * At least this much. Default: the limits.
       */
      requests?: {
        /**
         * A quantity such as 500m or 1Gi.
         */
        [k: string]: number | string;
      };
    };
    /**
     * Service account of the pods. Default: default.
     */
    serviceAccountName?: string;
    /**
     * Holds the other probes back until it succeeds. Default: none.
     */
    startupProbe?: {
      /**
       * Runs a command in the container; exit 0 is healthy.
       */
      exec?: {
        /**
         * The command and its arguments; no shell.
         *
         * @minItems 1
         * @maxItems 64
         *
         * Items: A word.
         */
        command: string[];
      };
      /**
       * Failures in a row after which it counts as failed. Default: 3.
       */
      failureThreshold?: number;
      /**
       * Asks the gRPC health service.
       */
      grpc?: {
        /**
         * The port.
         */
        port: number;
        /**
         * The service asked for. Default: empty.
         */
        service?: string;
      };
      /**
       * An HTTP GET; 200 to 399 is healthy.
       */
      httpGet?: {
        /**
         * The host. Default: the pod's address.
         */
        host?: string;
        /**
         * Headers to send.
         *
         * @maxItems 32
         *
         * Items: A header.
         */
        httpHeaders?: {
          /**
           * The name.
           */
          name: string;
          /**
           * The value.
           */
          value: string;
        }[];
        /**
         * The path. Default: /.
         */
        path?: string;
        /**
         * The port, by number or name.
         */
        port: number | string;
        /**
         * Default: HTTP.
         */
        scheme?: "HTTP" | "HTTPS";
      };
      /**
       * Seconds from start to the first try. Default: 0.
       */
      initialDelaySeconds?: number;
      /**
       * Seconds between tries. Default: 10.
       */
      periodSeconds?: number;
      /**
       * Successes in a row after which it counts as healthy. Default: 1. Must be 1.
       */
      successThreshold?: number;
      /**
       * Opens a TCP connection.
       */
      tcpSocket?: {
        /**
         * The host. Default: the pod's address.
         */
        host?: string;
        /**
         * The port, by number or name.
         */
        port: number | string;
      };
      /**
       * Seconds to stop after this probe failed. Default: the pod's.
       */
      terminationGracePeriodSeconds?: number;
      /**
       * Seconds until a try counts as failed. Default: 1.
       */
      timeoutSeconds?: number;
    };
    /**
     * Seconds from SIGTERM to SIGKILL. Default: 30.
     */
    terminationGracePeriodSeconds?: number;
    /**
     * Taints that are tolerated.
     *
     * @maxItems 32
     *
     * Items: A taint that is tolerated.
     */
    tolerations?: {
      /**
       * Which effect of the taint. Default: all.
       */
      effect?: "NoExecute" | "NoSchedule" | "PreferNoSchedule";
      /**
       * The taint key. Default: all keys (needs operator Exists).
       */
      key?: string;
      /**
       * Default: Equal.
       */
      operator?: "Equal" | "Exists";
      /**
       * Seconds for which a NoExecute taint is tolerated. Default: for ever.
       */
      tolerationSeconds?: number;
      /**
       * The taint value; none with Exists.
       */
      value?: string;
    }[];
    /**
     * How pods spread over zones and nodes.
     *
     * @maxItems 16
     *
     * Items: How pods spread over a topology.
     */
    topologySpreadConstraints?: {
      /**
       * Which pods count.
       */
      labelSelector?: {
        /**
         * Requirements; all must hold.
         *
         * @maxItems 16
         *
         * Items: A requirement on a label.
         */
        matchExpressions?: {
          /**
           * The label key.
           */
          key: string;
          /**
           * How key and values relate.
           */
          operator: "In" | "NotIn" | "Exists" | "DoesNotExist";
          /**
           * Values to compare with.
           *
           * @maxItems 16
           *
           * Items: A value.
           */
          values?: string[];
        }[];
        /**
         * Labels that must have these values.
         */
        matchLabels?: {
          /**
           * The value: at most 63 characters.
           */
          [k: string]: string;
        };
      };
      /**
       * Keys whose values are taken from the new pod.
       *
       * @maxItems 8
       *
       * Items: A label key.
       */
      matchLabelKeys?: string[];
      /**
       * By how many pods two domains may differ at most.
       */
      maxSkew: number;
      /**
       * Domains that there must be at least; needs DoNotSchedule. Default: 1.
       */
      minDomains?: number;
      /**
       * Whether node affinity counts. Default: Honor.
       */
      nodeAffinityPolicy?: "Honor" | "Ignore";
      /**
       * Whether taints count. Default: Ignore.
       */
      nodeTaintsPolicy?: "Honor" | "Ignore";
      /**
       * Node label that names the topology.
       */
      topologyKey: string;
      /**
       * What to do with a pod that does not fit.
       */
      whenUnsatisfiable: "DoNotSchedule" | "ScheduleAnyway";
    }[];
  };
}

/**
 * How it is. Written by the sidecar.
 */
export interface ProcessStatus {
  /**
   * Ready, DefinitionResolved, WorkloadReady, WorkersReady, TemporalHealthy, DependenciesReady, Degraded, Guarded, AcceptingStarts, CanaryReady and others.
   *
   * @maxItems 32
   *
   * Items: A condition, as everywhere in Kubernetes.
   */
  conditions?: {
    /**
     * When the status last changed.
     */
    lastTransitionTime?: string;
    /**
     * For a person.
     */
    message?: string;
    /**
     * The metadata.generation it is about.
     */
    observedGeneration?: number;
    /**
     * One word for a machine.
     */
    reason?: string;
    /**
     * Whether it holds.
     */
    status?: "True" | "False" | "Unknown";
    /**
     * Which condition.
     */
    type: string;
  }[];
  /**
   * The definition that the pods mount.
   */
  definition?: {
    /**
     * Checksum of its bytes.
     */
    checksum?: string;
    /**
     * ConfigMap that holds it.
     */
    configMap?: string;
    /**
     * The newest version at the definition source, where the sidecar asks one.
     */
    newest?: number;
    /**
     * Its version.
     */
    version?: number;
  };
  /**
   * The drain, while one is on.
   */
  drain?: {
    /**
     * When `timeout` is over.
     */
    deadline?: string;
    /**
     * Cancellations and terminations that were asked for, the last of each.
     *
     * @maxItems 8
     *
     * Items: One of them.
     */
    jobs?: {
      /**
       * Since when.
       */
      askedAt: string;
      /**
       * Its number; late starters make another one necessary.
       */
      attempt: number;
      /**
       * When it was seen that all were asked.
       */
      doneAt?: string;
      /**
       * Id of the batch job at Temporal.
       */
      id: string;
      /**
       * What is done to the workflows.
       */
      operation: "Cancel" | "Terminate";
      /**
       * All of the queue, or those that were started since the drain began.
       */
      scope: "All" | "Late";
    }[];
    /**
     * Pausing, Waiting, Settling, HandingOver, Drained or Reopening.
     */
    phase?: string;
    /**
     * The policy that is followed.
     */
    policy?: string;
    /**
     * Workflows of the task queue that ran when it was looked last.
     */
    remaining?: number;
    /**
     * Schedules of the task queue, as they were before.
     *
     * @maxItems 1024
     *
     * Items: A Schedule of Temporal.
     */
    schedules?: {
      /**
       * Actions that waited for an earlier one; pausing dropped them.
       */
      buffered?: number;
      /**
       * Its id.
       */
      id: string;
      /**
       * Its note; restored when the Process is Active again.
       */
      note?: string;
      /**
       * Somebody else had paused it; it is left alone.
       */
      wasPaused?: boolean;
    }[];
    /**
     * When it began.
     */
    since?: string;
    /**
     * Of the remaining, those that were started later than that.
     */
    startedSince?: number;
    /**
     * Phase and remaining in one, e.g. Waiting, 3 run.
     */
    summary?: string;
    /**
     * When no workflow was found last.
     */
    zeroAt?: string;
    /**
     * How often in a row none was found; one such answer proves nothing.
     */
    zeros?: number;
  };
  /**
   * The metadata.generation that this status is about.
   */
  observedGeneration?: number;
  /**
   * The retained definitions, and whether anybody still needs them.
   *
   * @maxItems 32
   *
   * Items: One of them.
   */
  retained?: {
    /**
     * Checksum of its bytes.
     */
    checksum: string;
    /**
     * Yes: nobody needs it. Unknown: a person decides.
     */
    droppable?: "Yes" | "No" | "Unknown";
    /**
     * For a person.
     */
    message?: string;
    /**
     * Running workflows that were started with it, when it was looked last.
     */
    running?: number;
    /**
     * Its version.
     */
    version?: number;
  }[];
  /**
   * What the SLA checks found; written by `ameide-process check-sla`.
   *
   * @maxItems 64
   *
   * Items: A check.
   */
  slaChecks?: {
    /**
     * Workflows that ran for too long when it was checked last.
     */
    breaching?: number;
    /**
     * When that was.
     */
    checkedAt?: string;
    /**
     * Workflows that began until then have been judged; the next run judges later ones.
     */
    checkedThrough?: string;
    /**
     * By which duration.
     */
    maxDuration?: string;
    /**
     * Its name.
     */
    name: string;
    /**
     * Breaches that were reported so far, each once.
     */
    reported?: number;
    /**
     * How bad they are.
     */
    severity?: string;
    /**
     * Of which workflows, where not of all.
     */
    workflowType?: string;
  }[];
  /**
   * Where its workers find Temporal; a drain asks there when they are gone.
   */
  temporal?: {
    /**
     * As the workers were told it.
     */
    address?: string;
    /**
     * Other Processes on the same task queue, or that may be, NAMESPACE/NAME. Empty - none; absent - not known.
     *
     * @maxItems 64
     *
     * Items: One of them.
     */
    sharedWith?: string[];
  };
  /**
   * The worker pods of the stable track; `canary` has those of the canary.
   */
  workers?: {
    /**
     * The pods of the canary, while there is one.
     */
    canary?: {
      /**
       * Pods that should run.
       */
      desired?: number;
      /**
       * Pods that are ready.
       */
      ready?: number;
      /**
       * Version of the definition that is the current one for them.
       */
      version?: number;
    };
    /**
     * Pods that should run.
     */
    desired?: number;
    /**
     * Pods that are ready.
     */
    ready?: number;
    /**
     * Both in one, e.g. 2/3; with a canary 2/3, canary 1/1.
     */
    summary?: string;
  };
}
