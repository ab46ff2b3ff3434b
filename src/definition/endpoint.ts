/** Addresses of definition sources, as they stand in a function configuration. Pure. */
import { type Problem, problem } from '../problem.ts';
import { quote } from './check.ts';

/** Where to connect to. */
export interface Endpoint {
  /** `grpc://host:port`, for messages and as the key of a connection. */
  readonly url: string;
  /** What grpc-js connects to. */
  readonly target: string;
  /** A name or an IP address, without brackets. */
  readonly host: string;
  readonly secure: boolean;
  readonly loopback: boolean;
}

const defaultServicePath = '/ameide_core_proto.transformation.v1.TransformationService/GetProcessDefinition';
const method = 'GetProcessDefinition';

/** `grpc://HOST:PORT` or `grpcs://HOST:PORT`, in which `{namespace}` stands for the Process's namespace. */
export function parseEndpoint(template: string, namespace: string | undefined): Endpoint | Problem {
  const url = fillNamespace(template, namespace);
  if (typeof url !== 'string') return url;
  const [, scheme, host, port] = /^(grpcs?):\/\/(\[[0-9a-f:.]+\]|[\w.-]+):(\d{1,5})\/?$/i.exec(url) ?? [];
  if (scheme === undefined || host === undefined || !(Number(port) >= 1 && Number(port) <= 65_535)) {
    return problem('SourceInvalid', `The source ${withoutCredentials(template)} is not grpc://HOST:PORT or grpcs://HOST:PORT. Correct it.`);
  }
  const address = `${host.toLowerCase()}:${Number(port)}`;
  return {
    url: `${scheme.toLowerCase()}://${address}`,
    target: `dns:${address}`,
    host: host.toLowerCase().replace(/^\[|\]$/g, ''),
    secure: scheme.toLowerCase() === 'grpcs',
    loopback: /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/i.test(host),
  };
}

/** The path of the method: undefined is the default; a service's name alone gets our method. */
export function parseServicePath(text: string | undefined): string | Problem {
  if (text === undefined || text === '') return defaultServicePath;
  const [, service, name] = /^\/?([\w.]+)(?:\/(\w+))?$/.exec(text) ?? [];
  if (service !== undefined) return `/${service}/${name ?? method}`;
  return problem('SourceInvalid', `The service path ${quote(text)} is not /PACKAGE.SERVICE/METHOD or PACKAGE.SERVICE. Correct it.`);
}

/** The address without what may be a password in it. */
export function withoutCredentials(url: string): string {
  return quote(url.replace(/\/\/[^/]*@/, '//…@').replace(/[?#].*$/s, ''));
}

function fillNamespace(template: string, namespace: string | undefined): string | Problem {
  if (!template.includes('{namespace}')) return template;
  // Checked, because whoever writes a Process must not choose the host.
  if (namespace !== undefined && /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(namespace)) {
    return template.replaceAll('{namespace}', namespace);
  }
  const found = namespace === undefined ? 'the Process has none' : `${quote(namespace)} is no namespace`;
  return problem(
    'SourceInvalid',
    `The source ${withoutCredentials(template)} needs the namespace of the Process, but ${found}. Set metadata.namespace.`,
  );
}
