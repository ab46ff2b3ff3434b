/** `promote` and `abort`: end the canary of a Process in its file, in place. What running workflows may replay stays: as the pin, or retained. */
import { canaryPath, canaryPinPath, editsOfPin, pinPath, retainedPath } from '../pin.ts';
import { type Problem, problem } from '../problem.ts';
import { type Pin, type ProcessSpec, parseProcess } from '../process.ts';
import { isObject, nameOf, namespaceOf, objectsAt, type Resource, valueAt } from '../resource.ts';
import type { Edit } from '../yaml/edit.ts';
import { editFiles } from './edit-files.ts';
import { type Terminal, toJson } from './terminal.ts';

export interface CanaryOptions {
  readonly dryRun?: boolean;
  readonly output: 'table' | 'json';
}

/** What became of one Process; `image` and `pin` are the stable ones now, and absent where they did not change. */
interface Ended {
  readonly name: string;
  readonly namespace?: string;
  readonly file: string;
  readonly image?: string;
  readonly pin?: Pin;
  /** The definition that is now retained. */
  readonly retained?: Pin;
}

type Canary = NonNullable<NonNullable<ProcessSpec['rollout']>['canary']>;
type Found = { readonly edits: readonly Edit[] } & Pick<Ended, 'image' | 'pin' | 'retained'>;

/** The canary's image and definition become the stable ones, and the stable definition is retained. */
export function promoteVerb(files: readonly string[], options: CanaryOptions, terminal: Terminal): Promise<number> {
  return endCanary(files, promotion, { ...options, done: 'promoted' }, terminal);
}

/** The canary goes; its definition, if it had one of its own, is retained. */
export function abortVerb(files: readonly string[], options: CanaryOptions, terminal: Terminal): Promise<number> {
  return endCanary(files, abortion, { ...options, done: 'aborted' }, terminal);
}

async function endCanary(
  files: readonly string[],
  decide: (process: Resource, canary: Canary) => Found | readonly Problem[],
  { dryRun, output, done }: CanaryOptions & { readonly done: 'promoted' | 'aborted' },
  terminal: Terminal,
): Promise<number> {
  const edit = (process: Resource, file: string) => {
    const canary = valueAt(process, ...canaryPath);
    if (!isObject(canary)) return [canaryMissing()];
    const found = decide(process, canary as Canary);
    if (!('edits' in found)) return found;
    const { edits, ...ended } = found;
    const namespace = namespaceOf(process);
    const outcome: Ended = { name: nameOf(process), ...(namespace && { namespace }), file, ...ended };
    return { edits: [...edits, { remove: canaryPath }], outcome };
  };
  const { outcomes: processes, problems } = editFiles(files, edit, { dryRun });
  await terminal.report(problems);
  if (output === 'json') await terminal.print(toJson({ processes }, problems));
  else await tell(processes, `${dryRun ? 'would be ' : ''}${done}`, terminal);
  if (output !== 'json' && processes.length > 0 && !dryRun) await terminal.remark('Render and commit: `ameide-process render DIR`.');
  return problems.length > 0 ? 1 : 0;
}

function canaryMissing(): Problem {
  const field = { path: canaryPath.join('.') };
  return problem('CanaryMissing', 'there is no canary here; name the file that has it', { field });
}

/** A patch of a Process has no more than it changes, and is judged with what it patches. */
function isWhole(process: Resource): boolean {
  return valueAt(process, 'spec', 'image') !== undefined && valueAt(process, 'spec', 'temporal') !== undefined;
}

function promotion(process: Resource, { image, pin, version }: Canary): Found | readonly Problem[] {
  const parsed = isWhole(process) ? parseProcess(process) : undefined;
  if (parsed && 'problems' in parsed) return parsed.problems;
  if (version !== undefined && !pin) {
    const message = `version ${version} is wanted for the canary and was never pinned, so no canary ran it; run \`ameide-process pin DIR NAME --canary\``;
    return [problem('PinMissing', message, { field: { path: canaryPinPath.join('.') } })];
  }
  const images: Edit[] = image === undefined ? [] : [{ set: ['spec', 'image'], to: image }];
  const isNewImage = image !== undefined && image !== valueAt(process, 'spec', 'image');
  const ofImage = { ...(isNewImage && { image }) };
  if (!pin) return { edits: images, ...ofImage };
  const before = stablePin(process);
  if (!before) return [stablePinMissing()];
  // As with `pin --version`: a version that was asked for stays, and a Process that follows the latest goes on doing so.
  const wanted = valueAt(process, 'spec', 'definitionRef', 'version');
  const isHeld = version !== undefined || wanted !== undefined;
  const versions: Edit[] = isHeld && wanted !== pin.version ? [{ set: ['spec', 'definitionRef', 'version'], to: pin.version }] : [];
  const edits = [...images, ...editsOfPin(before, pin, pinPath), ...retain(process, before), ...versions];
  return { edits, ...ofImage, pin, retained: before };
}

function abortion(process: Resource, { pin }: Canary): Found | readonly Problem[] {
  if (!pin) return { edits: [] };
  if (!stablePin(process)) return [stablePinMissing()];
  return { edits: retain(process, pin), retained: pin };
}

function stablePin(process: Resource): Pin | undefined {
  const pin = valueAt(process, ...pinPath);
  return isObject(pin) ? (pin as unknown as Pin) : undefined;
}

/** In a patch, what it retains replaces all that the base retains: the two belong into one file. */
function stablePinMissing(): Problem {
  const message = 'the canary has a definition of its own, and the stable pin is not in this file; give the canary and the pin in one file';
  return problem('PinMissing', message, { field: { path: pinPath.join('.') } });
}

function retain(process: Resource, pin: Pin): Edit[] {
  const isThere = objectsAt(process, ...retainedPath).some(({ checksum }) => checksum === pin.checksum);
  return isThere ? [] : [{ append: pin, at: retainedPath }];
}

async function tell(processes: readonly Ended[], what: string, terminal: Terminal): Promise<void> {
  for (const { name, namespace, file, image, pin, retained } of processes) {
    const who = terminal.style('bold', namespace ? `${namespace}/${name}` : name);
    const stable = [...(image === undefined ? [] : [`image ${image}`]), ...(pin ? [`version ${pin.version}`] : [])];
    const now = stable.length > 0 ? `; stable has ${stable.join(' and ')}` : '';
    const kept = retained ? `; version ${retained.version} is retained` : '';
    await terminal.print(`the canary of ${who} ${what.startsWith('would') ? '' : 'is '}${what} (${file})${now}${kept}`);
  }
}
