// `npm start`: the main job on a package to play with. Pins its Processes from the built-in development Transformation server (real
// gRPC on loopback), renders it, verifies it, and shows what came of it. The package is demo/, a copy of examples/start that git ignores.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, readFileSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { startDevelopmentServer } from '../build/src/definition/development-server.js';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const isTerminal = process.stdout.isTTY === true && !process.env.NO_COLOR;
const bold = (text) => (isTerminal ? `\u001b[1m${text}\u001b[22m` : text);
const generated = 'demo/l2o.generated.yaml';

if (existsSync('demo')) console.log('demo/ is as you left it; delete it to begin anew.');
else {
  cpSync('examples/start', 'demo', { recursive: true });
  console.log('demo/ is yours to play with: two Processes as they stand in Git, one pinned to version 2, one new.');
}
const server = await startDevelopmentServer({ dir: 'examples/definitions' });
try {
  const before = existsSync(generated) ? readFileSync(generated, 'utf8') : '';
  await run('Pin: ask the Transformation server which definitions there are', ['pin', 'demo', '--source', server.address]);
  await run('Render: ConfigMaps and worker Deployments, beside each Process', ['render', 'demo']);
  await run('Verify: what is in Git is whole and up to date', ['verify', 'demo']);
  show(before);
} finally {
  await server.close();
}

async function run(title, args) {
  console.log(`\n${bold(title)}\n$ ameide-process ${args.join(' ')}`);
  const [code] = await once(spawn('dist/ameide-process', args, { stdio: 'inherit' }), 'exit');
  if (code !== 0) {
    await server.close();
    process.exit(code ?? 1);
  }
}

/** A look at the Deployment, and what to try next. */
function show(before) {
  const after = readFileSync(generated, 'utf8');
  const deployment = after.split(/^---\n/m).find((document) => document.includes('\nkind: Deployment\n')) ?? '';
  const lines = deployment.split('\n');
  const from = lines.findIndex((line) => line.trim() === 'containers:');
  if (after === before) console.log('\nNothing changed: what is in Git is what a render gives.');
  console.log(`\n${bold(`A look at ${generated}`)}, the worker's container:\n`);
  console.log(lines.slice(from, from + 19).join('\n'));
  console.log(`      …\n
Try next:
  cat demo/l2o.yaml
      the pin, written into your YAML; every comment is still there
  dist/ameide-process pin demo l2o --version 2 --source examples/definitions
      go back; the version it replaces is retained for running workflows
  dist/ameide-process --help`);
}
