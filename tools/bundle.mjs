// Bundles what runs: dist/ameide-process, which is the function, small and compiled ahead because its start-up is paid on every build;
// beside it the chunks that are loaded when a verb, a gRPC source or a long error message needs them.
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { trimTemporalApi } from './trim-temporal-api.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = `${root}dist`;
const options = {
  absWorkingDir: root.replace(/\/$/, ''),
  bundle: true,
  platform: 'node',
  target: 'node20',
  legalComments: 'none',
  logLevel: 'error',
};

/** These say nothing of side effects, and have none: of their thousands of models the sidecar uses none. */
const unusedModulesGo = {
  name: 'unused-modules-go',
  setup: ({ onResolve, resolve }) =>
    onResolve({ filter: /.*/ }, async ({ path, kind, importer, resolveDir, pluginData }) => {
      if (
        pluginData === 'resolving' ||
        !/node_modules.(@kubernetes.client-node|openid-client|oauth4webapi|jose)/.test(`${importer} ${path}`)
      )
        return;
      const found = await resolve(path, { kind, importer, resolveDir, pluginData: 'resolving' });
      return found.errors.length > 0 || found.external ? found : { path: found.path, sideEffects: false };
    }),
};

/**
 * An ES module that imports one of Node's own modules asks for all of its exports, also for those that Node loads when they are asked for: of
 * `node:http` a whole fetch, which takes megabytes. `require` does not.
 */
const nodeOnDemand = {
  name: 'node-on-demand',
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /.*/ }, ({ path, kind }) =>
      kind === 'import-statement' && isBuiltin(path) ? { path, namespace: 'node' } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'node' }, ({ path }) => ({ contents: `module.exports = require(${JSON.stringify(path)});` }));
  },
};

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist);
const chunks = await bundleFunction();
await bundleChunks(chunks);
writeFileSync(`${dist}/package.json`, '{ "type": "commonjs" }\n');
copyFileSync(`${root}tools/launcher.cjs`, `${dist}/ameide-process`);
chmodSync(`${dist}/ameide-process`, 0o755);
keepCompiledCode();
checkChunks(chunks);

/** dist/function.js, one expression: a function of `require` and of what loads a chunk. Gives the modules that it loads so, by chunk name. */
async function bundleFunction() {
  const loaded = new Map();
  const outside = {
    name: 'chunks-stay-outside',
    setup: ({ onResolve, resolve }) =>
      onResolve({ filter: /.*/ }, async ({ path, kind, resolveDir, pluginData }) => {
        if (kind !== 'dynamic-import' || path.startsWith('node:') || pluginData === 'resolving') return;
        if (!path.startsWith('.')) throw new Error(`import("${path}"): load a file of ours that imports it`);
        const chunk = basename(path, '.ts');
        loaded.set(chunk, (await resolve(path, { kind, resolveDir, pluginData: 'resolving' })).path);
        return { path: `./chunks/${chunk}.mjs`, external: true };
      }),
  };
  const { outputFiles } = await build({
    ...options,
    entryPoints: ['src/cli.ts'],
    plugins: [outside],
    format: 'cjs',
    charset: 'ascii',
    minify: true,
    write: false,
    outdir: dist,
  });
  const code = outputFiles[0].text.replace(/^#!.*\n/, '').replace(/\bimport\("/g, 'load("');
  if (code.includes('import(')) throw new Error('esbuild writes dynamic imports in another way now: see bundleFunction()');
  writeFileSync(`${dist}/function.js`, `(function(require,load){${code}})`);
  return loaded;
}

function bundleChunks(modules) {
  return build({
    ...options,
    entryPoints: Object.fromEntries(modules),
    plugins: [nodeOnDemand, trimTemporalApi, unusedModulesGo],
    alias: { undici: `${root}tools/no-undici.mjs` },
    outdir: `${dist}/chunks`,
    outExtension: { '.js': '.mjs' },
    chunkNames: '[name]-[hash]',
    splitting: true,
    format: 'esm',
    minifySyntax: true,
    minifyWhitespace: true,
    // CommonJS dependencies (gRPC) ask for `require` and `__dirname`, which ES modules lack.
    banner: { js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);" },
  });
}

/** dist/function.js.cache: the engine's code for what a usual list runs through. */
function keepCompiledCode() {
  const input = readFileSync(`${root}tools/usual-list.yaml`);
  const { status, stderr, stdout } = spawnSync(`${root}node_modules/.bin/node`, [`${root}tools/keep-code-cache.cjs`], {
    input,
    encoding: 'utf8',
  });
  if (status === 0 && stdout.includes('kind: Deployment')) return;
  throw new Error(`tools/usual-list.yaml is no longer rendered, mend it so that it can be compiled for: ${stderr}`);
}

/** What was left out of a chunk may be missed as soon as it is loaded. */
function checkChunks(loaded) {
  const loads = [...loaded.keys()].map((chunk) => `await import('./chunks/${chunk}.mjs');`).join('');
  const { status, stderr } = spawnSync(`${root}node_modules/.bin/node`, ['--input-type=module', '-e', loads], {
    cwd: dist,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`a chunk of dist/ cannot be loaded: ${stderr}`);
}
