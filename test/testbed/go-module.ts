/** Files of Go modules that nothing is built from, such as other people's CRDs. */

import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { promisify } from 'node:util';

/** The folder in which Go keeps a module (`path@version`); it is downloaded where it is not there yet. */
export async function goModule(module: string): Promise<string> {
  // Outside any module: what is asked for is no dependency of ours.
  const { stdout } = await promisify(execFile)('go', ['mod', 'download', '-json', module], { cwd: tmpdir() });
  const { Dir } = JSON.parse(stdout) as { Dir?: string };
  if (!Dir) throw new Error(`go mod download -json ${module} names no folder: ${stdout}`);
  return Dir;
}
