/** The pages of the bench, built as a site would be and served on 127.0.0.1, so that a cold start is what a reader gets. */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, preview } from 'vite';
import { shaders } from '../scripts/shaders.mjs';

const folder = dirname(fileURLToPath(import.meta.url));

/** @param pages - `measure.html`, `live.html` */
export async function serveSite(...pages: readonly string[]): Promise<{ origin: string; close(): Promise<void> }> {
  const outDir = join(folder, '../node_modules/.cache/rnn-heatmap/bench');
  const common = { configFile: false, root: folder, logLevel: 'error' } as const;
  await build({
    ...common,
    plugins: [shaders()],
    // The adapters say `peer:` so that the check of types looks in peers/libraries.d.ts, never in bench/node_modules.
    resolve: { alias: [{ find: /^peer:/, replacement: '' }] },
    worker: { format: 'es' },
    build: {
      outDir,
      emptyOutDir: true,
      target: 'es2022',
      assetsInlineLimit: 0,
      modulePreload: false,
      // TF.js hands the text of one of its functions to its workers, where a minifier's changes break it.
      minify: false,
      rolldownOptions: { input: pages.map((page) => join(folder, page)) },
    },
  });
  // Threads in WebAssembly need a page that is isolated from others.
  const headers = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };
  const server = await preview({ ...common, build: { outDir }, preview: { host: '127.0.0.1', port: 0, headers } });
  const origin = server.resolvedUrls?.local[0];
  if (!origin) throw new Error('the server of the bench has no address');
  return { origin, close: () => server.close() };
}
