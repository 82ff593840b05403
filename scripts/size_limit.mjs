// @ts-check
// What a page pays for one `<rnn-heatmap>`, in bytes after minifying and gzip, and the most it may be:
// the configuration of size-limit, which `npm test` runs and `npm run size` shows.
//
// Counted is what a browser fetches until a heatmap is drawn: the module that defines the element and all
// that it imports, which draws numbers; for a `text` what runs a network, too, and all that the engine of
// its device imports, on the GPU the kernels of a run too. Not counted is what comes on demand only: the way back from a loss,
// training, influence, files, and what runs blocks and their kernels, with the first model that has one.
// Lit is the one dependency, and is counted apart, for a page has it once however many use it.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { filesOf } from './built_files.mjs';
import { shaders } from './shaders.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const element = 'src/elements/define/rnn-heatmap.ts';
const network = 'src/elements/own_network.ts';
const engines = {
  reference: 'src/engine/reference/reference_engine.ts',
  gpu: 'src/engine/gpu/gpu_engine.ts',
};

/** @param {boolean} withLit */
async function built(withLit) {
  const outDir = join(root, 'node_modules/.cache/rnn-heatmap/size', withLit ? 'with_lit' : 'without_lit');
  const result = /** @type {import('vite').Rolldown.RolldownOutput} */ (
    await build({
      configFile: false,
      root,
      logLevel: 'error',
      plugins: [shaders()],
      worker: { format: 'es' },
      build: {
        outDir,
        emptyOutDir: true,
        manifest: 'manifest.json',
        assetsInlineLimit: 0,
        copyPublicDir: false,
        modulePreload: { polyfill: false },
        rolldownOptions: { input: element, external: withLit ? [] : [/^lit(\/|$)/] },
      },
    })
  );
  const listed = result.output.find(({ fileName }) => fileName === 'manifest.json');
  if (listed?.type !== 'asset') throw new Error('size: the build left no manifest');
  /** @type {import('vite').Manifest} */
  const manifest = JSON.parse(String(listed.source));
  /** @param {string[]} entries */
  const fetched = (...entries) => filesOf(manifest, entries).map((file) => join(outDir, file));
  const worker = result.output.filter(({ fileName }) => /reference_worker-.*\.js$/.test(fileName)).map(({ fileName }) => join(outDir, fileName));
  return { fetched, worker };
}

const [own, withLit] = [await built(false), await built(true)];

export default [
  { name: '<rnn-heatmap> before it draws numbers', path: own.fetched(element), gzip: true, limit: '37.3 kB' },
  { name: '<rnn-heatmap>, a network and the reference engine', path: own.fetched(element, network, engines.reference), gzip: true, limit: '66.5 kB' },
  { name: 'the reference engine in its worker', path: own.worker, gzip: true, limit: '26 kB' },
  { name: '<rnn-heatmap>, a network of cells, the GPU engine and its kernels', path: own.fetched(element, network, engines.gpu), gzip: true, limit: '89.2 kB' },
  { name: 'the first of these with Lit', path: withLit.fetched(element), gzip: true, limit: '43.7 kB' },
];
