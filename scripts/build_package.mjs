// @ts-check
// `npm run build:package`: what npm publishes, under dist/package.
//
//   engine/, elements/                  the modules of src/, one for one; Lit is left to whoever installs the package
//   engine/reference/reference_worker.js  the worker, whole: a file that any bundler can copy
//   shaders/                            the kernels, as texts in modules
//   rnn-heatmap.js                      everything in one file, Lit and worker included, for a script tag
//   react.d.ts, custom-elements.json    what React's types and editors read
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { elementsManifest } from './elements_manifest.mjs';
import { reactTypes } from './react_types.mjs';
import { shaders } from './shaders.mjs';

/** @typedef {import('vite').Plugin} Plugin */
/** @typedef {NonNullable<import('vite').BuildOptions['rolldownOptions']>} RolldownOptions */

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const out = join(root, 'dist/package');
const worker = 'engine/reference/reference_worker.js';

export async function buildPackage() {
  await rm(out, { recursive: true, force: true });
  await bundleWorker();
  await Promise.all([bundleModules(), bundleOneFile()]);
  await writeDeclarations();

  const manifest = elementsManifest('dist/package');
  await writeFile(join(out, 'custom-elements.json'), JSON.stringify(manifest, null, 2));
  await writeFile(join(out, 'react.d.ts'), reactTypes(manifest));
  await writeFile(join(out, 'react.js'), 'export {};\n');
}

function bundleWorker() {
  return bundle([worker], [shaders()], { output: { entryFileNames: worker, minify: true } });
}

function bundleModules() {
  const entries = ['elements/index.js', 'elements/define.js', 'engine/index.js'];
  return bundle(entries, [shaders(), workerScript("{ address: new URL('./reference_worker.js', import.meta.url).href }")], {
    external: /^lit(\/|$)/,
    output: { preserveModules: true, preserveModulesRoot: join(root, 'src'), entryFileNames: ({ name }) => `${moduleName(name)}.js` },
  });
}

async function bundleOneFile() {
  const text = await readFile(join(out, worker), 'utf8');
  return bundle(['rnn-heatmap.js'], [oneTextForAKernel(), workerScript(JSON.stringify({ address: `./${worker}`, text }))], {
    output: { entryFileNames: 'rnn-heatmap.js', minify: true, codeSplitting: false },
  });
}

/** The types of all modules. Node's resolution, unlike the source's, wants addresses whole: `./rnn-model.js`, `../engine/index.js`. */
async function writeDeclarations() {
  const { status } = spawnSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', join(root, 'scripts/tsconfig.package.json')], { stdio: 'inherit' });
  if (status !== 0) throw new Error('build:package: the declarations could not be written; tsc says why above');
  const files = new Set(readdirSync(out, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.d.ts')));
  for (const file of files) {
    const text = await readFile(join(out, file), 'utf8');
    const whole = text.replace(/\b((?:from|import)\s*\(?\s*)(['"])(\.[^'"]*)\2/g, (_, before, quote, address) => {
      const target = join(dirname(file), address).replaceAll('\\', '/');
      const ending = files.has(`${target}.d.ts`) ? '.js' : '/index.js';
      return `${before}${quote}${address}${ending}${quote}`;
    });
    await writeFile(join(out, file), whole);
  }
}

/** @param {string[]} files paths of outputs, each from the source of that name @param {Plugin[]} plugins @param {RolldownOptions} rolldownOptions */
function bundle(files, plugins, rolldownOptions) {
  const entry = Object.fromEntries(files.map((file) => [file.replace(/\.js$/, ''), join(root, 'src', file.replace(/\.js$/, '.ts'))]));
  return build({
    root,
    configFile: false,
    publicDir: false,
    logLevel: 'warn',
    plugins,
    build: { target: 'es2022', outDir: out, emptyOutDir: false, minify: false, lib: { entry, formats: ['es'] }, rolldownOptions },
  });
}

/** Paths in the package, without the names that bundlers give to what is no file. @param {string} name */
function moduleName(name) {
  return name
    .replace(/\.wgsl_raw_linked$/, '')
    .replace(/\.wgsl_raw$/, '.commented')
    .replace(/^_virtual\/.*\//, 'runtime/');
}

/**
 * Says where the worker is, in the place of src/engine/reference/worker_script.ts. Put in when the module is written, or
 * Vite would take the address for that of a file in src/.
 *
 * @param {string} script an expression
 * @returns {Plugin}
 */
function workerScript(script) {
  return {
    name: 'rnn-heatmap:worker-script',
    enforce: 'pre',
    load: { filter: { id: /\/worker_script\.ts$/ }, handler: () => 'export const workerScript = RNN_HEATMAP_WORKER_SCRIPT;' },
    renderChunk: (code) => code.replace('RNN_HEATMAP_WORKER_SCRIPT', () => script),
  };
}

/** One file holds each kernel once: linked from the text that networks read. @returns {Plugin} */
function oneTextForAKernel() {
  return {
    name: 'rnn-heatmap:one-text-for-a-kernel',
    enforce: 'pre',
    load: {
      filter: { id: /\.wgsl\?raw&linked$/ },
      handler: (id) => `export { default } from ${JSON.stringify(id.replace('&linked', ''))};`,
    },
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildPackage();
