/** A Transformation service for development and tests: the real protocol over a folder of definitions, with faults on demand. */
import { Server, ServerCredentials, type ServerUnaryCall, type sendUnaryData, status } from '@grpc/grpc-js';
import {
  type GetProcessDefinitionRequest,
  type GetProcessDefinitionResponse,
  TransformationServiceService,
} from '../gen/transformation-service.ts';
import { checksumOf } from './check.ts';
import { type AnswerFault, spoil } from './development-faults.ts';
import { readFromFolder } from './folder.ts';
import './quiet-grpc.ts';

/** What the server does wrong, on purpose. */
export interface Faults {
  /** Answers so many milliseconds late. */
  readonly slowMs?: number;
  /** Fails with this status; only the first `calls` times where that is given. */
  readonly failing?: { readonly code: status; readonly calls?: number; readonly details?: string };
  /** Spoils each answer. */
  readonly answer?: AnswerFault;
  /** Ids whose bytes are other ones than in the folder, under the same version. */
  readonly mutated?: readonly string[];
}

export interface DevelopmentServerOptions {
  /** The folder, as folder.ts reads it. It is read anew for each question. */
  readonly dir: string;
  /** 0, the default: any free port. */
  readonly port?: number;
  /** By default 127.0.0.1. */
  readonly host?: string;
  readonly faults?: Faults;
  /** Demand this bearer token. */
  readonly token?: string;
  /** PEM contents. With `clientCa`, clients must show a certificate of it. */
  readonly tls?: { readonly cert: Buffer; readonly key: Buffer; readonly clientCa?: Buffer };
  /** By default the path of the proto. */
  readonly servicePath?: string;
  /** Called for each question, before it is answered. */
  readonly onRequest?: (seen: SeenRequest) => void;
  /** Called when it is answered, with `version 3, 512 bytes` or the name of the status. */
  readonly onAnswer?: (seen: SeenRequest, outcome: string) => void;
}

/** A question as it arrived. */
export interface SeenRequest {
  readonly id: string;
  readonly tenantId: string;
  readonly version: bigint | undefined;
  /** The first value of a metadata key. */
  metadata(key: string): string | undefined;
}

export interface DevelopmentServer {
  /** `grpc://127.0.0.1:PORT` or `grpcs://…` */
  readonly address: string;
  /** How many questions have arrived. */
  requests(): number;
  /** Ends at once; calls under way are cut. */
  close(): Promise<void>;
}

type Call = ServerUnaryCall<GetProcessDefinitionRequest, GetProcessDefinitionResponse>;
type Reply = { readonly error: { code: status; details: string } } | { readonly value: GetProcessDefinitionResponse };

/** Listens; rejects with an Error that names the address when it cannot. It prints nothing. */
export async function startDevelopmentServer(options: DevelopmentServerOptions): Promise<DevelopmentServer> {
  const { host = '127.0.0.1', port = 0, tls, faults = {} } = options;
  let requests = 0;
  const timers = new Set<NodeJS.Timeout>();

  function handle(call: Call, callback: sendUnaryData<GetProcessDefinitionResponse>): void {
    const count = ++requests;
    options.onRequest?.(seenRequest(call));
    const send = async () => {
      const reply = await answer(call, options, count);
      options.onAnswer?.(seenRequest(call), outcomeOf(reply));
      if ('error' in reply) callback(reply.error);
      else callback(null, reply.value);
    };
    if (faults.slowMs === undefined) void send();
    else wait(timers, faults.slowMs, send);
  }

  const server = new Server();
  server.addService(definitionFor(options), { getProcessDefinition: handle });
  const bound = await bind(server, `${host.includes(':') ? `[${host}]` : host}:${port}`, serverCredentials(tls));
  return {
    address: `${tls ? 'grpcs' : 'grpc'}://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    requests: () => requests,
    async close() {
      for (const timer of timers) clearTimeout(timer);
      server.forceShutdown();
    },
  };
}

/** The service's definition, on the configured path, with answers that may be no messages at all. */
function definitionFor({ servicePath, faults }: DevelopmentServerOptions) {
  const { getProcessDefinition } = TransformationServiceService;
  return {
    getProcessDefinition: {
      ...getProcessDefinition,
      path: servicePath ?? getProcessDefinition.path,
      ...(faults?.answer === 'garbage' && { responseSerialize: () => Buffer.from('\xff\xff\xff\xff no protobuf \xff', 'latin1') }),
    },
  };
}

async function answer({ request, metadata }: Call, options: DevelopmentServerOptions, count: number): Promise<Reply> {
  const { dir, token, faults = {} } = options;
  const fail = (code: status, details: string): Reply => ({ error: { code, details } });
  if (token !== undefined && metadata.get('authorization')[0] !== `Bearer ${token}`) {
    return fail(status.UNAUTHENTICATED, 'the bearer token is missing or wrong');
  }
  const { failing } = faults;
  if (failing && count <= (failing.calls ?? Number.POSITIVE_INFINITY)) return fail(failing.code, failing.details ?? 'failing on purpose');
  const { id, tenantId } = request;
  const version = request.version === undefined ? {} : { version: Number(request.version) };
  const found = await readFromFolder(dir, { id, tenantId, ...version });
  if ('reason' in found) {
    return fail(found.reason === 'DefinitionNotFound' ? status.NOT_FOUND : status.UNAVAILABLE, found.message);
  }
  const definitionJson = Buffer.from(found.bytes);
  const value = { id, tenantId, version: found.version, definitionJson, checksum: checksumOf(definitionJson) };
  const fault = faults.answer ?? (faults.mutated?.includes(id) ? 'mutated' : undefined);
  return { value: fault ? spoil(value, fault) : value };
}

function outcomeOf(reply: Reply): string {
  return 'error' in reply ? status[reply.error.code]! : `version ${reply.value.version}, ${reply.value.definitionJson.length} bytes`;
}

function seenRequest({ request: { id, tenantId, version }, metadata }: Call): SeenRequest {
  return { id, tenantId, version, metadata: (key) => metadata.get(key)[0]?.toString() };
}

function wait(timers: Set<NodeJS.Timeout>, ms: number, then: () => Promise<void>): void {
  const timer = setTimeout(() => {
    timers.delete(timer);
    void then();
  }, ms);
  timers.add(timer);
}

function serverCredentials(tls: DevelopmentServerOptions['tls']): ServerCredentials {
  if (!tls) return ServerCredentials.createInsecure();
  return ServerCredentials.createSsl(tls.clientCa ?? null, [{ cert_chain: tls.cert, private_key: tls.key }], tls.clientCa !== undefined);
}

function bind(server: Server, address: string, credentials: ServerCredentials): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(address, credentials, (error, port) => {
      if (error) reject(new Error(`cannot listen on ${address}: ${error.message}`, { cause: error }));
      else resolve(port);
    });
  });
}
