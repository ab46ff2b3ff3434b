/** What a person reads about one schema error of a Process or of the function configuration: which field, what was found, what is legal. */
import { closest } from '../definition/closest.ts';
import type { Fields, SchemaError } from '../gen/validate-process.ts';
import { type Problem, problem, type Reason } from '../problem.ts';
import { isObject } from '../resource.ts';

/** Fields and strategies that are planned: refused by name, so that nobody takes them for misspelt. */
const notBuilt = new Set(['spec.worker.autoscaling', 'spec.worker.podDisruptionBudget']);
const notBuiltStrategies: readonly unknown[] = ['Versioned'];

/** What a field's pattern wants, by the end of its path; the first that fits. */
const wanted: readonly (readonly [RegExp, string])[] = [
  [
    /^spec\.((slaChecks|cleanups)\[\d+\]\.|tool\.|rollout\.canary\.)?image$/,
    'an image: [registry/]repository[:tag][@digest], the repository in lower case',
  ],
  [/checksum$/, '`sha256:` and 64 hex digits in lower case'],
  [/^spec\.(timeout|drain\.(timeout|cancelGrace))$/, 'a Go duration such as 5s or 1m30s'],
  [/\.(maxDuration|olderThan)$/, 'a Go duration such as 90m or 72h'],
  [
    /\.schedule$/,
    'a cron expression: minute 0-59, hour 0-23, day 1-31, month 1-12, day of the week 0-6 (or @hourly, @daily, …), such as "*/15 6-20 * * MON-FRI"',
  ],
  [/\.timeZone$/, 'the IANA name of a time zone, such as Europe/Berlin'],
  [/\.workflowType$/, 'the name of a workflow type: letters, digits and - _ . : / $ # @ +'],
  [/^spec\.servicePath$/, '/package.Service/Method'],
  [/token\.env$/, 'the name of an environment variable'],
  [/(definitionRef|canary).*\.(id|tenantId)$/, 'printable ASCII without spaces'],
  [/temporal\.namespace$/, 'printable ASCII, with no space at either end'],
  [/temporal\.taskQueue$/, 'printable text, with no space at either end'],
  [/temporal\.address$/, 'host:port, without a scheme'],
  [/temporal\.tls\.serverName$/, 'a host name'],
  [/(limits|requests)\[[^\]]*\]$/, 'a quantity such as 500m, 2 or 1Gi, not negative'],
  [/divisor$/, '1, 1m, or a unit such as 1Mi'],
  [/env\[\d+\]\.name$/, 'a variable name: letters, digits, "_", "-" and ".", no digit first'],
  [/envFrom\[\d+\]\.prefix$/, 'a variable prefix: letters, digits, "_", "-" and ".", no digit first'],
  [/fieldPath$/, "a field of the pod that a variable may have, such as metadata.name, metadata.labels['KEY'] or status.podIP"],
  [/ports\[\d+\]\.name$|\.port$/, 'a port name: at most 15 lower-case letters, digits and single "-", with a letter'],
  [/httpHeaders\[\d+\]\.name$/, 'a header name: letters, digits and "-"'],
  [/metrics\.interval$/, 'a number of seconds, minutes or hours, such as 30s or 1m'],
  [/metrics\.path$/, 'a path such as /metrics, without query'],
  [/metricsTags\[[^\]]*\]$/, 'text without control characters'],
  [/namespaces\[\d+\]$/, 'a namespace name'],
  [/[kK]eys\[\d+\]$|topologyKey$|(tolerations|matchExpressions)\[\d+\]\.key$/, 'a label key, such as kubernetes.io/hostname'],
  [
    /values\[\d+\]$|(Labels|nodeSelector)\[[^\]]*\]$|tolerations\[\d+\]\.value$/,
    'a label value: at most 63 letters, digits, "-", "_" and ".", or empty',
  ],
  [/\.key$/, 'a key of a ConfigMap or Secret: letters, digits, "-", "_" and "."'],
  [/[nN]ame$|matchFields\[\d+\]\.values\[\d+\]$/, 'a Kubernetes name: lower-case letters, digits, "-" and "."'],
];

/** What the field's pattern wants, in words; undefined when nobody wrote it down (a test sees to that). */
export function wantedAt(path: string): string | undefined {
  return wanted.find(([end]) => end.test(path))?.[1];
}

/** The problem that a schema error is, for the value that was checked; `fields` are the names that its schema knows. */
export function explain({ instancePath, keyword, params }: SchemaError, root: unknown, fields: Fields): Problem {
  const place = locate(instancePath, root, fields);
  if (keyword === 'additionalProperties') return unknownField(place, String(params.additionalProperty));
  if (keyword === 'required') return wrong('FieldMissing', child(place.path, String(params.missingProperty)), 'is required: add it');
  const { path, value } = place;
  if (keyword === 'enum' && path === 'spec.rollout.strategy' && notBuiltStrategies.includes(value)) {
    return wrong('FieldNotBuilt', path, `strategy ${value} is planned but not built yet: use RollingUpdate, Recreate or Canary`, value);
  }
  return wrong(
    'FieldInvalid',
    path,
    `${expected(keyword, params, path, value)}; found ${shown(path, value)}`,
    isSecretive(path) ? undefined : value,
  );
}

function expected(keyword: string, params: SchemaError['params'], path: string, value: unknown): string {
  const { limit } = params;
  switch (keyword) {
    case 'type':
      return typeNeeded(params.type, value);
    case 'enum':
      return `must be one of ${(params.allowedValues as readonly string[]).join(', ')}`;
    case 'pattern':
      return `must be ${wantedAt(path) ?? `like ${params.pattern}`}`;
    case 'minimum':
      return `must be at least ${limit}`;
    case 'maximum':
      return `must be at most ${limit}`;
    case 'minLength':
    case 'minItems':
      return 'must not be empty';
    case 'maxLength':
      return `must have at most ${limit} characters`;
    default:
      return `must have at most ${limit} entries`;
  }
}

function typeNeeded(type: unknown, value: unknown): string {
  const names: Readonly<Record<string, string>> = {
    object: 'a mapping',
    array: 'a list',
    integer: 'a whole number',
    boolean: 'true or false',
    string: 'a string',
  };
  const isScalar = typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint';
  const types = Array.isArray(type) ? type : [type];
  const quote = types.includes('string') && isScalar ? ': quote it' : '';
  return `must be ${types.map((name) => names[name as string] ?? name).join(' or ')}${quote}`;
}

/** Values of variables may be secrets, and arguments may carry them. */
function isSecretive(path: string): boolean {
  return /(^|\.)(value|command|args)(\[\d+\])?$/.test(path) || path.includes('podAnnotations');
}

function shown(path: string, value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object') return 'a mapping';
  if (typeof value === 'string' && (isSecretive(path) || value.length > 100)) return `a string of ${value.length}`;
  if (isSecretive(path)) return `a ${typeof value}`;
  return typeof value === 'string' ? `"${value}"` : String(value);
}

function unknownField({ path, node }: Place, name: string): Problem {
  const at = child(path, name);
  if (notBuilt.has(at)) return wrong('FieldNotBuilt', at, 'is planned but not built yet: remove it');
  const names = Object.keys(node ?? {});
  const [nearest] = closest(name, names, 1);
  const isNear = nearest !== undefined && sharesMost(name, nearest);
  return wrong(
    'FieldUnknown',
    at,
    `is unknown${isNear ? `: did you mean ${nearest}?` : names.length > 0 ? `; known here: ${names.join(', ')}` : ': remove it'}`,
  );
}

/** Near enough to be what was meant: most letters in common. */
function sharesMost(a: string, b: string): boolean {
  const left = [...b.toLowerCase()];
  const common = [...a.toLowerCase().slice(0, 100)].filter((letter) => {
    const at = left.indexOf(letter);
    if (at >= 0) left.splice(at, 1);
    return at >= 0;
  });
  return common.length >= 0.7 * Math.max(a.length, b.length);
}

function wrong(reason: Reason, path: string, message: string, value?: unknown): Problem {
  return problem(reason, message, { field: { path, ...currentValue(value) } });
}

/** Only small scalars are repeated as data; a result must be JSON, so no bigint. */
function currentValue(value: unknown): { currentValue?: unknown } {
  if (typeof value === 'bigint') return { currentValue: String(value) };
  if (typeof value === 'number' || typeof value === 'boolean' || (typeof value === 'string' && value.length <= 100))
    return { currentValue: value };
  return {};
}

interface Place {
  /** In Kubernetes' notation. */
  readonly path: string;
  readonly value: unknown;
  /** The known fields there. */
  readonly node: Fields | undefined;
}

/** A JSON pointer in Kubernetes' notation, `spec.worker.env[0].name`, with what is there. */
function locate(pointer: string, root: unknown, fields: Fields): Place {
  let place: Place = { path: '', value: root, node: { ...fields, apiVersion: {}, kind: {}, metadata: {} } };
  for (const encoded of pointer.split('/').slice(1)) {
    const key = encoded.replaceAll('~1', '/').replaceAll('~0', '~');
    const { path, value, node } = place;
    const isEntry = node?.['*'] !== undefined;
    place = {
      path: isEntry ? `${path}[${key}]` : child(path, key),
      value: isObject(value) || Array.isArray(value) ? (value as Readonly<Record<string, unknown>>)[key] : undefined,
      node: node?.[isEntry ? '*' : key],
    };
  }
  return place;
}

function child(path: string, key: string): string {
  const short = key.length > 100 ? `${key.slice(0, 100)}…` : key;
  return path === '' ? short : `${path}.${short}`;
}
