// @ts-check
// `npm run bench`: opens every bench/*.ts in Chromium, prints what it reports and keeps its numbers.
//
//   node scripts/bench.mjs [--only PATTERN] [--json FILE]
//
// A bench exports `run(report: (line: string) => void): Promise<Record<string, unknown>>`. What it
// resolves to is written to bench/results/NAME.json with the adapter, the browser and the date;
// --json writes all of them to one file as well. --only is a regular expression over the names.
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ensureChromium } from './chromium.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { values } = parseArgs({ options: { only: { type: 'string' }, json: { type: 'string' } } });
const only = new RegExp(values.only ?? '');
const names = readdirSync(join(root, 'bench'), { withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
  .map((entry) => basename(entry.name, '.ts'))
  .filter((name) => only.test(name))
  .toSorted();
if (names.length === 0) {
  console.error(`bench: no bench/*.ts${values.only ? ` whose name matches ${values.only}` : ''}`);
  process.exit(1);
}

const { executablePath, args, adapter, version } = await ensureChromium();
const { createServer } = await import('vite');
const { chromium } = await import('playwright');
const server = await createServer({ root, logLevel: 'warn', server: { host: '127.0.0.1', port: 0, hmr: false } });
await server.listen();
const origin = server.resolvedUrls?.local[0];
if (!origin) throw new Error('the development server has no address');
const browser = await chromium.launch({ executablePath, args, headless: true });

/** @type {Record<string, unknown>[]} */
const results = [];
let failed = 0;
for (const name of names) {
  console.log(`\n── ${name}`);
  // A page of its own: what one bench leaves on the device must not slow the next.
  const page = await browser.newPage({ viewport: { width: 1000, height: 600 } });
  try {
    await page.route(`${origin}bench.html`, (route) =>
      route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>bench</title>' }),
    );
    await page.exposeFunction('report', (/** @type {string} */ line) => console.log(line));
    await page.goto(`${origin}bench.html`);
    const numbers = await page.evaluate(async (path) => {
      const bench = await import(/* @vite-ignore */ path);
      return bench.run(Reflect.get(globalThis, 'report'));
    }, `/bench/${name}.ts`);
    const result = { name, date: new Date().toISOString(), adapter, browser: `Chromium ${version}`, ...numbers };
    results.push(result);
    mkdirSync(join(root, 'bench/results'), { recursive: true });
    writeFileSync(join(root, `bench/results/${name}.json`), `${JSON.stringify(result, null, 2)}\n`);
  } catch (error) {
    failed++;
    console.error(/** @type {Error} */ (error).message);
  } finally {
    await page.close();
  }
}
await browser.close();
await server.close();
if (values.json) writeFileSync(values.json, `${JSON.stringify(results, null, 2)}\n`);
console.log(`\nbench: ${results.length} of ${names.length} ran, on ${adapter}`);
process.exit(failed > 0 ? 1 : 0);
