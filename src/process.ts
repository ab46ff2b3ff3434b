/** The Process resource: its type, and the only way to one. Pure. */
import type { ProcessSpec } from './gen/process-schema.ts';
import { fields, type SchemaError, validateProcess } from './gen/validate-process.ts';
import { processApiVersion, processKind } from './names.ts';
import { type Problem, problem } from './problem.ts';
import { judgeProcess, judgeUpdate } from './process/judge.ts';
import { checkMetadata } from './process/metadata.ts';
import { explain } from './process/schema-error.ts';
import { measure, withoutNulls } from './process/size.ts';
import { isObject, referTo } from './resource.ts';

export type { ProcessSpec, ProcessStatus } from './gen/process-schema.ts';

/** What a definition was resolved to: version 1 … 2^53−1, checksum `sha256:` and 64 hex digits. */
export type Pin = NonNullable<ProcessSpec['definitionRef']['pin']>;

/** What a Process says of its workers; absent fields have their defaults in the render. */
export type Worker = NonNullable<ProcessSpec['worker']>;

/** A valid Process without its status, which is neither checked nor emitted. Nulls are gone, as on the API server. */
export interface Process {
  readonly apiVersion: 'ameide.io/v1';
  readonly kind: 'Process';
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec: ProcessSpec;
}

/** Where the Process came from, and what the caller does about its pin. */
export interface ParseOptions {
  readonly file?: NonNullable<Problem['file']>;
  /** For `pin`, which mends it: a pin for another id or version is no problem. */
  readonly pinMayMismatch?: boolean;
}

export type Parsed = { readonly process: Process } | { readonly problems: readonly Problem[] };

/** Problems of one Process that are told; of the others only how many. */
const mostProblems = 50;

/** The Process, or everything that the API server would refuse about it and that is not built yet. Never throws for what is in `value`. */
export function parseProcess(value: unknown, options: ParseOptions = {}): Parsed {
  const found = problemsOf(value, options);
  if (!Array.isArray(found)) return { process: found as Process };
  const where = { ...(isObject(value) && { resource: referTo(value) }), ...(options.file && { file: options.file }) };
  return { problems: found.map((one: Problem) => ({ ...one, ...where })) };
}

/** What the API server would refuse about the change from one valid Process to another. */
export function checkUpdate(before: Process, after: Process): Problem[] {
  const [then, now] = [before, after] as unknown as Readonly<Record<string, unknown>>[];
  return judgeUpdate(then!, now!).map((one) => ({ ...one, resource: referTo(now!) }));
}

function problemsOf(value: unknown, options: ParseOptions): Problem[] | Process {
  if (!isObject(value)) return [problem('FieldInvalid', 'must be a mapping with apiVersion, kind, metadata and spec')];
  const wrongKind = checkKind(value);
  if (wrongKind) return [wrongKind];
  const { status: _, ...live } = value;
  const { hasNulls, tooLarge } = measure(live);
  if (tooLarge) return [problem('FieldInvalid', `${tooLarge}: make it smaller`, { field: { path: 'spec' } })];
  const clean = hasNulls ? withoutNulls(live) : live;
  const errors = [
    ...(hasNulls ? validateProcess(live).filter(({ keyword }) => keyword === 'additionalProperties') : []),
    ...validateProcess(clean),
  ];
  const problems = [...checkMetadata(live.metadata), ...limited(distinct(errors), clean), ...judge(clean, errors, options)];
  return problems.length === 0 ? (clean as unknown as Process) : capped(problems, errors.length);
}

function checkKind({ kind, apiVersion }: Readonly<Record<string, unknown>>): Problem | undefined {
  if (kind !== processKind) return problem('FieldInvalid', `must be ${processKind}`, { field: { path: 'kind' } });
  if (apiVersion === processApiVersion) return;
  const found = typeof apiVersion === 'string' ? apiVersion.slice(0, 100) : typeof apiVersion;
  return problem('FieldInvalid', `found "${found}", this tool knows ${processApiVersion}: change it, or use a newer tool`, {
    field: { path: 'apiVersion', currentValue: found, proposedValue: processApiVersion },
  });
}

/** Rules judge values whose form is right; where it is not, the schema error is what counts. An unknown field spoils nothing. */
function judge(clean: unknown, errors: readonly SchemaError[], { pinMayMismatch = false }: ParseOptions): Problem[] {
  const spoilt = new Set<string>();
  for (const { instancePath, keyword } of errors) {
    if (keyword === 'additionalProperties') continue;
    for (let at = instancePath; !spoilt.has(at); at = at.slice(0, Math.max(at.lastIndexOf('/'), 0))) spoilt.add(at);
  }
  const problems = judgeProcess(clean, (pointer) => !spoilt.has(pointer));
  return pinMayMismatch ? problems.filter(({ reason }) => reason !== 'PinMismatch') : problems;
}

/** An unknown field whose value is null is found twice. */
function distinct(errors: readonly SchemaError[]): SchemaError[] {
  const seen = new Set<string>();
  return errors.filter(({ instancePath, keyword, params }) => {
    const key = `${instancePath} ${keyword} ${params.additionalProperty ?? params.missingProperty ?? ''}`;
    return !seen.has(key) && seen.add(key);
  });
}

function limited(errors: readonly SchemaError[], root: unknown): Problem[] {
  return errors.slice(0, mostProblems + 1).map((error) => explain(error, root, fields));
}

function capped(problems: Problem[], errorCount: number): Problem[] {
  if (problems.length <= mostProblems) return problems;
  const more = Math.max(problems.length, errorCount) - mostProblems;
  return [...problems.slice(0, mostProblems), problem('FieldInvalid', `${more} more problems are not shown: mend these first`)];
}
