// Generated from fn-config/process-render.yaml by tools/generate.mjs. Do not edit.

/**
 * Default: everything at its default.
 */
export interface ProcessRenderSpec {
  /**
   * Where definitions come from: `grpc://host:port`, `grpcs://host:port` (both may contain `{namespace}`, the namespace of the Process), or a folder `<tenant>/<id>/<version>.json`, relative to the package. Default: none, so nothing is looked up.
   */
  source?: string;
  /**
   * When to look definitions up. `IfMissing`: only for a Process without a pin, where the pin can be written back. `Always`: refresh every pin within the wanted version. `Never`: no network; everything is verified offline. Default: `IfMissing` with a source, `Never` without. `AMEIDE_PROCESS_FROZEN=1` makes it `Never`.
   */
  resolve?: "IfMissing" | "Always" | "Never";
  /**
   * The gRPC method that is called. Default: `/ameide_core_proto.transformation.v1.TransformationService/GetProcessDefinition`.
   */
  servicePath?: string;
  /**
   * Deadline of one attempt, a Go duration. Default: `5s`.
   */
  timeout?: string;
  /**
   * How often a call is tried when the service is unavailable, late, aborts or is exhausted. Default: 3.
   */
  attempts?: number;
  /**
   * How many definitions are looked up at a time. Default: 16.
   */
  concurrency?: number;
  /**
   * Where the bearer token is read. Default: none is sent.
   */
  token?: {
    /**
     * Name of an environment variable. Default: none.
     */
    env?: string;
    /**
     * Send it over `grpc://` to another host, too: something else encrypts the connection. Default: false.
     */
    allowInsecure?: boolean;
    /**
     * Path of a file, relative to the package. Default: none.
     */
    file?: string;
  };
  /**
   * For `grpcs://`. Default: the system's certificate authorities, no client certificate.
   */
  tls?: {
    /**
     * PEM file of the certificate authority. Default: the system's.
     */
    caFile?: string;
    /**
     * PEM file of the client certificate. Default: none.
     */
    certFile?: string;
    /**
     * PEM file of the client key. Default: none.
     */
    keyFile?: string;
    /**
     * Name the server's certificate must have. Default: the host of `source`.
     */
    serverName?: string;
  };
  /**
   * Policy for worker images.
   */
  images?: {
    /**
     * Refuse an image without `@sha256:…`. Default: false.
     */
    requireDigest?: boolean;
  };
  /**
   * Defaults for `spec.temporal` of a Process.
   */
  temporal?: {
    /**
     * Where workers reach Temporal when a Process does not say. Default: `temporal-frontend:7233`.
     */
    address?: string;
  };
  /**
   * Defaults for the workers of a Process (`spec.worker`, `spec.imagePullPolicy`, `spec.imagePullSecrets`); what a Process sets itself wins.
   */
  worker?: {
    /**
     * Default: 1.
     */
    replicas?: number;
    /**
     * Default: `IfNotPresent`.
     */
    imagePullPolicy?: "Always" | "IfNotPresent" | "Never";
    /**
     * Names of pull secrets. Default: none.
     */
    imagePullSecrets?: string[];
    /**
     * Requests and limits of the worker container, as in a container; a Process that sets resources sets all of them. Default: none.
     */
    resources?: {
      /**
       * Quantities by resource name. Default: none.
       */
      requests?: {
        [k: string]: number | string;
      };
      /**
       * Quantities by resource name. Default: none.
       */
      limits?: {
        [k: string]: number | string;
      };
    };
    /**
     * Refuse a Process for which neither it nor `resources` above sets requests. Default: false.
     */
    requireResources?: boolean;
    /**
     * Node labels. Default: none.
     */
    nodeSelector?: {
      [k: string]: string;
    };
  };
  /**
   * What SLA checks and cleanups run (`spec.slaChecks`, `spec.cleanups`).
   */
  tool?: {
    /**
     * The image of this tool, as `npm run image` makes it, in your registry. Default: none, so each check and cleanup must have an image of its own.
     */
    image?: string;
    /**
     * Default: `IfNotPresent`.
     */
    imagePullPolicy?: "Always" | "IfNotPresent" | "Never";
    /**
     * Requests and limits, as in a container. Default: requests of 10m CPU and 64Mi memory, a limit of 256Mi memory.
     */
    resources?: {
      /**
       * Quantities by resource name. Default: none.
       */
      requests?: {
        [k: string]: number | string;
      };
      /**
       * Quantities by resource name. Default: none.
       */
      limits?: {
        [k: string]: number | string;
      };
    };
  };
  /**
   * Where the status sidecar runs; what is rendered for it is bound to this service account.
   */
  sidecar?: {
    /**
     * Default: `ameide-system`.
     */
    namespace?: string;
    /**
     * Default: `ameide-process`.
     */
    serviceAccountName?: string;
  };
}
