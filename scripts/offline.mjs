// @ts-check
// A Vite plugin that adds the page's service worker to a build: src/lesson/service_worker.js with the list of what was
// built, under a name that stays. Another build has another list, so that a browser sees that the worker is another.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where the page asks for it, beside itself. */
export const SERVICE_WORKER = 'service-worker.js';

/**
 * The service worker of a build.
 *
 * @param {string} source with `FILES` where the list belongs
 * @param {Iterable<string>} files
 */
export function serviceWorkerFor(source, files) {
  const list = JSON.stringify([...new Set(files)].toSorted());
  if (!source.includes('= FILES;')) throw new Error('the service worker has no place for the list of files (= FILES;)');
  return source.replace('= FILES;', () => `= ${list};`);
}

/**
 * Everything in a folder, by its path in there.
 *
 * @param {string} folder
 */
function filesIn(folder) {
  if (!folder || !existsSync(folder)) return [];
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return entries.map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1).replaceAll('\\', '/'));
}

/** @returns {import('vite').Plugin} */
export function offline() {
  let root = '';
  let publicFolder = '';
  return {
    name: 'rnn-heatmap:offline',
    apply: 'build',
    configResolved(config) {
      root = config.root;
      publicFolder = config.publicDir;
    },
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        const source = readFileSync(join(root, 'src/lesson/service_worker.js'), 'utf8');
        const files = [...Object.keys(bundle), ...filesIn(publicFolder)];
        this.emitFile({ type: 'asset', fileName: SERVICE_WORKER, source: serviceWorkerFor(source, files) });
      },
    },
  };
}
