/** Processes that stay on one version because they want it: who goes back must know that nothing newer comes by itself. */
import type { Decided, Target, WantedVersion } from '../pinning/target.ts';
import type { Terminal } from './terminal.ts';

/** The version that the Process wants once it is pinned; undefined when it follows the latest. */
export function versionAfter({ process }: Target, wanted: WantedVersion): number | undefined {
  return wanted === 'latest' ? undefined : (wanted ?? process.spec.definitionRef.version);
}

/** One remark: those that are held from now on, or else those of whose definition something newer is known already. Nobody is asked for it. */
export async function tellHeld(dir: string, decided: readonly Decided[], wanted: WantedVersion, terminal: Terminal): Promise<void> {
  const held = decided.flatMap((one) => {
    const version = versionAfter(one.target, wanted);
    const newest = newestKnown(one, decided);
    const isTold = version !== undefined && (wanted !== undefined || newest > one.next.pin.version);
    const { name, namespace } = one.target.process.metadata;
    const newer = newest > one.next.pin.version ? ` (there is ${newest})` : '';
    return isTold ? [{ name: namespace ? `${namespace}/${name}` : name, text: `${version}${newer}` }] : [];
  });
  if (held.length === 0) return;
  const who = held.map(({ name, text }) => `${name} stays on ${text}`).join(', ');
  const command = `ameide-process pin ${dir} ${held.map(({ name }) => name).join(' ')} --version latest`;
  await terminal.remark(`${who}; \`${command}\` ${held.length === 1 ? 'follows' : 'lets them follow'} the latest again.`);
}

/** Processes whose pin stays, because their canary tries the version that they would get. */
export async function tellTried(
  tried: readonly { readonly target: Target; readonly version: number; readonly file: string }[],
  terminal: Terminal,
): Promise<void> {
  if (tried.length === 0) return;
  const lines = tried.map(({ target, version, file }) => {
    const { name, namespace } = target.process.metadata;
    const who = namespace ? `${namespace}/${name}` : name;
    return `version ${version} of ${who} is tried by the canary: \`ameide-process promote ${file}\` or \`ameide-process abort ${file}\` ends that.`;
  });
  await terminal.remark(lines.join('\n'));
}

/** The newest version of its definition that this run came across: retained, or pinned for another Process. */
function newestKnown({ target, next }: Decided, all: readonly Decided[]): number {
  const { tenantId } = target.process.spec.definitionRef;
  const ofTenant = all.filter((one) => one.target.process.spec.definitionRef.tenantId === tenantId);
  const pins = ofTenant.flatMap((one) => [one.next.pin, ...one.next.retained]).filter(({ id }) => id === next.pin.id);
  return Math.max(...pins.map(({ version }) => version));
}
