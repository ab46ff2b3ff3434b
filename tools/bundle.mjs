// Bundles what runs: dist/ameide-process, the function and entry point, small because its start-up is paid on every build; beside
// it the chunks that it loads when a verb, a gRPC source or a long error message needs them.
import { chmodSync, renameSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
rmSync(`${root}dist`, { recursive: true, force: true });
await build({
  absWorkingDir: root.replace(/\/$/, ''),
  entryPoints: [{ in: 'src/cli.ts', out: 'ameide-process' }],
  outdir: 'dist',
  chunkNames: 'chunks/[name]-[hash]',
  bundle: true,
  splitting: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  logLevel: 'error',
  // CommonJS dependencies (gRPC) ask for `require` and `__dirname`, which ES modules lack.
  banner: { js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);" },
});
renameSync(`${root}dist/ameide-process.js`, `${root}dist/ameide-process`);
chmodSync(`${root}dist/ameide-process`, 0o755);
