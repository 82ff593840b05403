// One file for the development server, the build and Vitest's two projects.
//
// The build is a static site that works from any folder (every address in it is relative): the page, those
// about the elements, and dist/rnn-heatmap.js under a name that stays, so that another page can embed the elements with
// one script tag.
import { type TestProjectConfiguration, type ViteUserConfig, defineConfig } from 'vitest/config';
import { chapters } from './scripts/chapters.mjs';
import { findChromium } from './scripts/chromium.mjs';
import { offline } from './scripts/offline.mjs';
import { reference } from './scripts/reference.mjs';
import { shaders } from './scripts/shaders.mjs';

const directives = ['class-map', 'guard', 'keyed', 'live', 'repeat'].map((name) => `lit/directives/${name}.js`);

// `vitest --mode long` runs what is too slow for every run instead of the rest.
export default defineConfig(async ({ mode }): Promise<ViteUserConfig> => {
  const long = mode === 'long';
  const folder = long ? 'test/long' : 'test';
  const inBrowser = [`${folder}/gpu/**/*.test.ts`, `${folder}/elements/**/*.test.ts`];
  // Only what never comes is a failure, however slow the machine.
  const testTimeout = long ? 600_000 : 120_000;
  const inNode: TestProjectConfiguration = {
    extends: true,
    test: {
      name: 'node',
      pool: 'forks',
      include: [`${folder}/**/*.test.ts`],
      exclude: [...inBrowser, ...(long ? [] : ['test/long/**'])],
      testTimeout,
    },
  };

  return {
    base: './',
    plugins: [chapters(), offline(), reference(), shaders()],
    worker: { format: 'es' },
    build: {
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      rolldownOptions: {
        input: { index: 'index.html', reference: 'reference.html', embed: 'embed.html', 'rnn-heatmap': 'src/elements/define.ts' },
        output: {
          entryFileNames: ({ name }) => (name === 'rnn-heatmap' ? '[name].js' : 'assets/[name]-[hash].js'),
          // Shared by the lesson and by chunks that other pages load: put into the lesson's own file, it would run the lesson there.
          codeSplitting: { groups: [{ name: 'script_url', test: /src\/engine\/script_url\.ts$/ }] },
        },
      },
    },
    // The build and the development server need no browser, and load nothing of one.
    test: process.env['VITEST'] ? { projects: [inNode, ...(await chromiumProject(inBrowser, testTimeout))] } : {},
  };
});

/** The project `browser`. Without a Chromium there is none, so that asking for it fails and Node's tests still run. */
async function chromiumProject(include: string[], testTimeout: number): Promise<TestProjectConfiguration[]> {
  const chromium = await findChromium();
  if (!chromium) {
    console.error('no Chromium with WebGPU, so no project "browser"; `node scripts/chromium.mjs` installs one');
    return [];
  }
  const { executablePath, args } = chromium;
  const { playwright } = await import('@vitest/browser-playwright');
  return [
    {
      extends: true,
      // What a test imports late would be bundled late, and reload the page in the middle of a run.
      optimizeDeps: { include: ['axe-core', 'culori', 'fast-check', 'lit', 'lit/decorators.js', ...directives] },
      test: {
        name: 'browser',
        include,
        testTimeout,
        // Every file draws and computes on one GPU, often a software one: side by side they only wait
        // for each other.
        fileParallelism: false,
        browser: {
          enabled: true,
          headless: true,
          provider: playwright({ launchOptions: { executablePath, args } }),
          instances: [{ browser: 'chromium' }],
          // Smaller than the window, or Vitest scales the frame and pixels are no longer pixels.
          viewport: { width: 1000, height: 600 },
          screenshotDirectory: 'test-results/vitest',
        },
      },
    },
  ];
}
