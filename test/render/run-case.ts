/** One golden case of the render: the function on its input, with the look-ups that its case.json asks for. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type DevelopmentServer, type Faults, startDevelopmentServer } from '../../src/definition/development-server.ts';
import { openConfiguredSource } from '../../src/definition/open-configured-source.ts';
import { type FunctionResult, runFunction } from '../../src/function.ts';
import { describe } from '../../src/problem.ts';
import { examples, root } from '../definition/with-server.ts';
import type { Outcome } from '../golden.ts';

/** What is in case.json, where there is one. */
interface CaseSettings {
  /** Start the development server; `grpc://definitions:7000` in the case then stands for its address. */
  readonly server?: { readonly faults?: Faults; readonly token?: string };
  /** As with AMEIDE_PROCESS_FROZEN=1. */
  readonly frozen?: boolean;
  /** Environment variables. */
  readonly env?: Record<string, string>;
}

export const casesFolder = join(root, 'test/cases/render');
const placeholder = 'grpc://definitions:7000';

/** Runs a case; in what comes out, this machine's paths and ports are gone. */
export async function runCase(input: string | Uint8Array, dir: string): Promise<Outcome & FunctionResult> {
  const file = join(dir, 'case.json');
  const settings: CaseSettings = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  const server = settings.server && (await startDevelopmentServer({ dir: examples, ...settings.server }));
  try {
    return await runWith(input, settings, server);
  } finally {
    await server?.close();
  }
}

async function runWith(
  input: string | Uint8Array,
  { frozen = false, env = {} }: CaseSettings,
  server: DevelopmentServer | undefined,
): Promise<Outcome & FunctionResult> {
  const address = server?.address ?? placeholder;
  const bytes = typeof input === 'string' ? Buffer.from(input.replaceAll(placeholder, address)) : input;
  const neutral = (text: string) =>
    text
      .replaceAll(address, placeholder)
      .replaceAll(address.slice('grpc://'.length), placeholder.slice('grpc://'.length))
      .replaceAll(root, '')
      // grpc-js says how long it waited.
      .replace(/Deadline exceeded after [^)]*/g, 'Deadline exceeded');
  const result = await runFunction(bytes, frozen, (config) => openConfiguredSource(config, root, env));
  const stderr = result.findings.map((finding) => `${describe(finding)}\n`).join('');
  return { ...result, output: result.output === undefined ? undefined : neutral(result.output), stderr: neutral(stderr) };
}
