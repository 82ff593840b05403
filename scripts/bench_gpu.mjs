// @ts-check
// `npm run bench:gpu`: how fast we are on the GPU of this machine, in Node through Dawn, without a browser.
//
//   node scripts/bench_gpu.mjs [--bundle FOLDER] [--only PATTERN] [--small] [--quick] [--json FILE]
//
// Makes one file of the bench (bench/dawn/main.ts) with everything that it runs, puts Dawn beside it, and runs
// it. With --bundle it only makes the two, for a machine that has Node and a driver and nothing else:
// there it is `node bench_gpu.mjs`, with the same options. Figures go to bench/results/local/bench_gpu.json
// unless told otherwise.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { shaders } from './shaders.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const local = join(root, 'bench/results/local');
const FILE = 'bench_gpu.mjs';

const given = process.argv.slice(2);
const asked = given.indexOf('--bundle');
if (asked >= 0 && (given.length > asked + 2 || asked > 0 || !given[1])) {
  console.error('bench:gpu: --bundle takes a folder, and nothing else beside it');
  process.exit(2);
}
const folder = asked < 0 ? join(local, 'gpu') : resolve(given[1]);

const { status } = spawnSync(process.execPath, [join(root, 'scripts/setup.mjs'), 'bench'], { stdio: 'inherit' });
if (status !== 0) throw new Error('bench:gpu: the libraries it needs could not be installed');
await bundle();
if (asked >= 0) console.log(`bench:gpu: ${readdirSync(folder).join(', ')} are in ${folder}; there: node ${FILE}`);
else process.exitCode = run();

async function bundle() {
  await build({
    configFile: false,
    root: join(root, 'bench'),
    logLevel: 'warn',
    plugins: [shaders()],
    // As in bench/site.ts: the adapters say `peer:` so that the check of types need not have the libraries.
    resolve: { alias: [{ find: /^peer:/, replacement: '' }] },
    ssr: { noExternal: true },
    build: {
      ssr: join(root, 'bench/dawn/main.ts'),
      outDir: folder,
      emptyOutDir: false,
      target: 'node20',
      minify: false,
      rolldownOptions: { output: { codeSplitting: false, entryFileNames: FILE } },
    },
  });
  const dawn = join(root, 'bench/node_modules/webgpu/dist', `${process.platform}-${process.platform === 'darwin' ? 'universal' : process.arch}`);
  if (!existsSync(dawn)) throw new Error(`bench:gpu: the package webgpu has nothing for ${process.platform} on ${process.arch}`);
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(dawn)) copyFileSync(join(dawn, name), join(folder, name));
}

/** @returns {number} the exit code of the bench */
function run() {
  const json = given.includes('--json') ? [] : ['--json', join(local, 'bench_gpu.json')];
  return spawnSync(process.execPath, [join(folder, FILE), ...given, ...json], { stdio: 'inherit' }).status ?? 1;
}
