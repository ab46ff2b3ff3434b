// proto/ → src/gen/transformation-service.ts, by buf and ts-proto. With --check: writes nothing, fails when that file is stale.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const target = 'src/gen/transformation-service.ts';
const bin = join(root, 'node_modules', '.bin');

function buf(...args) {
  const env = { ...process.env, PATH: bin + delimiter + process.env.PATH };
  const { status, stdout, stderr, error } = spawnSync(join(bin, 'buf'), args, { cwd: root, env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`buf ${args[0]} failed${error ? `: ${error.message}` : ''}\n${stdout ?? ''}${stderr ?? ''}`);
}

function generate() {
  const out = mkdtempSync(join(tmpdir(), 'ameide-proto-'));
  try {
    buf('lint', 'proto');
    buf('generate', 'proto', '--template', 'proto/buf.gen.yaml', '--output', out);
    return readFileSync(join(out, 'ameide_core_proto/transformation/v1/transformation_service.ts'), 'utf8');
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

/** Writes the generated file; with `check` only compares. False: it was stale. */
export function generateProto({ check = false } = {}) {
  const text = generate();
  const file = join(root, target);
  let before;
  try {
    before = readFileSync(file, 'utf8');
  } catch {}
  if (before === text) return true;
  if (!check) writeFileSync(file, text);
  return !check;
}

if (process.argv[1] && fileURLToPath(import.meta.url) === realpathSync(process.argv[1])) {
  if (!generateProto({ check: process.argv.includes('--check') })) {
    console.error(`${target} is not what proto/ gives now. Run \`npm run generate\` and commit.`);
    process.exitCode = 1;
  }
}
