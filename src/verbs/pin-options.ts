/** The options and the help of `pin` and `outdated`. */
import { InvalidArgumentError } from 'commander';
import type { WantedVersion } from '../pinning/target.ts';

export function wantedVersion(text: string): WantedVersion {
  if (text === 'latest') return text;
  const version = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(version) || version < 1) {
    throw new InvalidArgumentError('It must be a whole number from 1, or latest.');
  }
  return version;
}

/** An option that may be repeated. */
export function collect(text: string, before: readonly string[]): string[] {
  return [...before, text];
}

export const pinHelp = `
The definition that is replaced moves to spec.definitionRef.retained and its bytes stay in Git, because running workflows
replay against it; retire it with --drop when none does any more.

In a folder each Process is pinned in its own file. In a kustomize overlay (a kustomization that takes Processes from another
folder) the Process that counts is the one that kustomize builds; its pin is written as a patch, NAME.pin.yaml, and its
definitions into NAME.generated.yaml, both listed in the kustomization. Overlays below DIR are pinned one by one.

The function configuration of a Process is the ProcessRender in its folder, or in the nearest folder above that has one.

Promotion from one overlay to the next is copying a pin: pin the same version there, or copy \`pin\` and the ConfigMap with its
bytes from the one's files to the other's.

Examples:
  ameide-process pin deploy/processes --source grpc://localhost:7070
  ameide-process pin deploy/processes l2o --version 2        go back to version 2, and stay there
  ameide-process pin deploy/processes l2o --version latest   follow the latest again
  ameide-process pin deploy/processes l2o --drop 1           retire version 1
  ameide-process pin deploy/processes l2o --canary --version 4   try version 4 beside the stable one
  ameide-process pin overlays/prod --version 3               promote what staging has`;

export const outdatedHelp = `
CURRENT is the pin, WANTED what \`pin\` would give, LATEST the source's newest version. As with npm, a Process that is held back
by its \`version\` counts as outdated; one whose canary tries the latest does not.

Example:
  ameide-process outdated deploy/processes --source grpc://localhost:7070`;
