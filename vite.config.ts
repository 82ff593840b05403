// One file for the development server, the build and Vitest's two projects.
//
// The build is a static site that works from any folder (every address in it is relative): the page,
// and dist/rnn-heatmap.js under a name that stays, so that another page can embed the elements with
// one script tag.
import { type ViteUserConfig, defineConfig } from 'vitest/config';
import { chapters } from './scripts/chapters.mjs';
import { findChromium } from './scripts/chromium.mjs';

// `vitest --mode long` runs what is too slow for every run instead of the rest.
export default defineConfig(async ({ mode }): Promise<ViteUserConfig> => {
  const long = mode === 'long';
  const folder = long ? 'test/long' : 'test';
  const inBrowser = [`${folder}/gpu/**/*.test.ts`, `${folder}/elements/**/*.test.ts`];
  // The build and the development server need no browser and load nothing of one.
  const provider = process.env['VITEST'] ? await browserProvider() : undefined;
  const testTimeout = long ? 600_000 : 30_000;

  return {
    base: './',
    plugins: [chapters()],
    worker: { format: 'es' },
    build: {
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      rolldownOptions: {
        input: { index: 'index.html', 'rnn-heatmap': 'src/elements/define.ts' },
        output: {
          entryFileNames: ({ name }) => (name === 'rnn-heatmap' ? '[name].js' : 'assets/[name]-[hash].js'),
        },
      },
    },
    test: {
      projects: [
        {
          extends: true,
          test: {
            name: 'node',
            pool: 'forks',
            include: [`${folder}/**/*.test.ts`],
            exclude: [...inBrowser, ...(long ? [] : ['test/long/**'])],
            testTimeout,
          },
        },
        {
          extends: true,
          optimizeDeps: { include: ['lit', 'lit/decorators.js'] },
          test: {
            name: 'browser',
            include: inBrowser,
            testTimeout,
            // Every file draws and computes on one GPU, often a software one: side by side they only
            // wait for each other.
            fileParallelism: false,
            browser: {
              enabled: true,
              headless: true,
              provider,
              instances: [{ browser: 'chromium' }],
              // Smaller than the window, or Vitest scales the frame and pixels are no longer pixels.
              viewport: { width: 1000, height: 600 },
              screenshotDirectory: 'test-results/vitest',
            },
          },
        },
      ],
    },
  };
});

async function browserProvider() {
  const { playwright } = await import('@vitest/browser-playwright');
  const chromium = await findChromium();
  if (!chromium) throw new Error('no Chromium with WebGPU; `node scripts/chromium.mjs` finds or installs one');
  const { executablePath, args } = chromium;
  return playwright({ launchOptions: { executablePath, args } });
}
