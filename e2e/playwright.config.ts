// What a reader does, against the built page, served as `npm start` serves it. Needs a build:
// `npm run build`, then `npx playwright test -c e2e`.
import { createServer } from 'node:net';
import { defineConfig } from '@playwright/test';
import { findChromium } from '../scripts/chromium.mjs';

const chromium = await findChromium();
if (!chromium) throw new Error('no Chromium with WebGPU; `node scripts/chromium.mjs` finds or installs one');
const { executablePath, args } = chromium;

// Every worker reads this file again; the first reading chooses the port for all.
const port = Number((process.env['RNN_HEATMAP_E2E_PORT'] ??= String(await freePort())));
const baseURL = `http://127.0.0.1:${port}/`;

export default defineConfig({
  outputDir: '../test-results/e2e',
  timeout: 60_000,
  expect: { timeout: 15_000 },
  forbidOnly: Boolean(process.env['CI']),
  retries: 0,
  // One software GPU serves all pages; more workers than one only make each of them slower.
  workers: 1,
  reporter: 'list',
  projects: [
    { name: 'e2e', testDir: '.', testMatch: '**/*.spec.ts' },
    // Too slow for every run: `npm run test:long`.
    { name: 'long', testDir: '../test/long', testMatch: '**/*.spec.ts', timeout: 600_000 },
  ],
  use: {
    baseURL,
    browserName: 'chromium',
    headless: true,
    viewport: { width: 1280, height: 800 },
    screenshot: 'only-on-failure',
    launchOptions: { executablePath, args },
  },
  webServer: {
    command: `node scripts/serve.mjs --port ${port}`,
    cwd: '..',
    url: baseURL,
    reuseExistingServer: false,
    stdout: 'ignore',
  },
});

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
