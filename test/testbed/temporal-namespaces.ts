/** The namespaces of a Temporal server: made with the search attribute that workers use, deprecated, deleted. */

import { Connection } from '@temporalio/client';
import proto from '@temporalio/proto';
import { until } from './until.ts';

/** By which running workflows are counted per definition. */
export const searchAttribute = 'ProcessDefinitionChecksum';

const keyword = proto.temporal.api.enums.v1.IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD;

export interface TemporalNamespaces {
  createNamespace(namespace: string): Promise<void>;
  /** No workflow can start there any more; it cannot be undone. */
  deprecateNamespace(namespace: string): Promise<void>;
  deleteNamespace(namespace: string): Promise<void>;
  /** Does the server answer, and are these namespaces there with the search attribute? */
  areServed(names: readonly string[]): Promise<boolean>;
  close(): Promise<void>;
}

const registration = (namespace: string) =>
  proto.temporal.api.workflowservice.v1.RegisterNamespaceRequest.fromObject({
    namespace,
    workflowExecutionRetentionPeriod: { seconds: 24 * 3600 },
  });

/** One connection, which is opened by its first call and finds the server again when that comes back. */
export function openNamespaces(address: string): TemporalNamespaces {
  const channelArgs = { 'grpc.initial_reconnect_backoff_ms': 50, 'grpc.max_reconnect_backoff_ms': 200 };
  const connection = Connection.lazy({ address, interceptors: [], channelArgs });
  const soon = <T>(call: () => Promise<T>) => connection.withDeadline(Date.now() + 15_000, call);
  const isServed = async (namespace: string) => {
    const { customAttributes } = await soon(() => connection.operatorService.listSearchAttributes({ namespace }));
    return searchAttribute in customAttributes;
  };
  return {
    createNamespace: async (namespace) => {
      await soon(() => connection.workflowService.registerNamespace(registration(namespace)));
      const searchAttributes = { [searchAttribute]: keyword };
      // Who asked for the namespace before it was there made the server remember that for a while.
      const add = () => soon(() => connection.operatorService.addSearchAttributes({ namespace, searchAttributes }));
      await until({ what: `namespace ${namespace} to be found`, look: add, isSo: () => true });
      await until({ what: `namespace ${namespace}`, look: () => isServed(namespace), isSo: (served) => served });
    },
    deprecateNamespace: async (namespace) => {
      await soon(() => connection.workflowService.deprecateNamespace({ namespace }));
    },
    deleteNamespace: async (namespace) => {
      await soon(() => connection.operatorService.deleteNamespace({ namespace }));
    },
    areServed: async (names) => {
      try {
        const served = await Promise.all(['default', ...names].map(isServed));
        return served.every((is) => is);
      } catch {
        // Not listening yet, or not all of its services are.
        return false;
      }
    },
    close: () => connection.close(),
  };
}
