// An esbuild plugin: of the description of Temporal's whole API, which @temporalio/client builds its messages from when it is loaded, the
// bundle keeps what the sidecar calls. Half of what the client costs in memory is for methods that are never called.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** The methods that are called; adding one here is all that it takes. */
const methods = {
  'temporal.api.workflowservice.v1.WorkflowService': [
    ...['GetSystemInfo', 'DescribeNamespace', 'DescribeTaskQueue'],
    ...['CountWorkflowExecutions', 'ListWorkflowExecutions', 'DescribeWorkflowExecution'],
    ...['RequestCancelWorkflowExecution', 'TerminateWorkflowExecution', 'StartBatchOperation', 'DescribeBatchOperation'],
    ...['ListSchedules', 'DescribeSchedule', 'PatchSchedule', 'UpdateSchedule'],
  ],
  'grpc.health.v1.Health': ['Check'],
  // Only so that the client finds them.
  'temporal.api.operatorservice.v1.OperatorService': [],
  'temporal.api.testservice.v1.TestService': [],
};

/** What the client reads while it is loaded, whatever is called. */
const always = ['temporal.api.enums.v1', 'temporal.api.sdk.v1', 'temporal.api.errordetails.v1', 'google.rpc', 'google.protobuf'];

export const trimTemporalApi = {
  name: 'trim-temporal-api',
  setup: ({ onLoad }) =>
    onLoad({ filter: /@temporalio[\\/]proto[\\/]protos[\\/]json-module\.js$/ }, ({ path }) => {
      const description = trim(require(path).toJSON().nested);
      const contents = `const $protobuf = require('protobufjs/light');
const root = $protobuf.roots.__temporal || ($protobuf.roots.__temporal = new $protobuf.Root());
module.exports = root.addJSON(JSON.parse(${JSON.stringify(JSON.stringify(description))}));`;
      return { contents, loader: 'js', resolveDir: path.replace(/[^\\/]+$/, '') };
    }),
};

/** The namespaces without the types that nothing called reaches, and without services' other methods. */
export function trim(nested) {
  const types = flatten(nested, '');
  const reached = new Set();
  const reach = (name) => {
    if (reached.has(name)) return;
    reached.add(name);
    const type = types.get(name);
    for (const field of Object.values({ ...type.fields })) {
      for (const reference of [field.type, field.keyType]) {
        const found = reference && resolve(reference, name, types);
        if (found) reach(found);
      }
    }
    // Messages within a message come along with it.
    for (const inner of Object.keys(type.nested ?? {})) reach(`${name}.${inner}`);
  };
  for (const [service, called] of Object.entries(methods)) {
    const { methods: all } = types.get(service) ?? {};
    if (!all) throw new Error(`Temporal's API has no service ${service}: see tools/trim-temporal-api.mjs`);
    reached.add(service);
    for (const method of called) {
      if (!all[method]) throw new Error(`${service} has no method ${method}: see tools/trim-temporal-api.mjs`);
      for (const message of [all[method].requestType, all[method].responseType]) reach(resolve(message, service, types));
    }
  }
  for (const name of types.keys()) if (always.some((prefix) => name.startsWith(`${prefix}.`))) reach(name);
  return keep(nested, '', reached);
}

/** Every type and service by its full name; namespaces have neither fields, values nor methods. */
function flatten(nested, prefix, found = new Map()) {
  for (const [name, entry] of Object.entries(nested)) {
    const full = prefix === '' ? name : `${prefix}.${name}`;
    if (entry.fields || entry.values || entry.methods) found.set(full, entry);
    if (entry.nested) flatten(entry.nested, full, found);
  }
  return found;
}

/** As protobuf does: from the innermost scope outwards. */
function resolve(reference, from, types) {
  if (reference.startsWith('.')) return types.has(reference.slice(1)) ? reference.slice(1) : undefined;
  for (let scope = from; ; scope = scope.slice(0, Math.max(scope.lastIndexOf('.'), 0))) {
    const name = scope === '' ? reference : `${scope}.${reference}`;
    if (types.has(name)) return name;
    if (scope === '') return;
  }
}

function keep(nested, prefix, reached) {
  const entries = Object.entries(nested).flatMap(([name, entry]) => {
    const full = prefix === '' ? name : `${prefix}.${name}`;
    if (entry.methods) return reached.has(full) ? [[name, serviceOf(full, entry)]] : [];
    if (entry.fields || entry.values) return reached.has(full) ? [[name, withoutOptions(entry)]] : [];
    const inner = entry.nested ? keep(entry.nested, full, reached) : {};
    return Object.keys(inner).length > 0 ? [[name, { nested: inner }]] : [];
  });
  return Object.fromEntries(entries);
}

function serviceOf(full, { methods: all }) {
  const called = methods[full].map((name) => [name, { requestType: all[name].requestType, responseType: all[name].responseType }]);
  return { methods: Object.fromEntries(called) };
}

function withoutOptions({ options: _, ...type }) {
  return type;
}
