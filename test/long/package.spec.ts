// The package in the hands of those who install it: packed as npm would publish it, installed into fresh projects whose
// sources are in test/package, and looked at in a browser. What they paste is README.md's own snippet.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, type FrameLocator, type Page } from '@playwright/test';
import { entryColours } from '../../e2e/entry_colours';
import { watch } from '../../e2e/quiet_page';
import { element, gridName, scriptTag, snippet } from '../../e2e/readme_snippet';
import { pack } from '../../scripts/check_package.mjs';
import { contentSecurityPolicy } from '../../scripts/content_security_policy.mjs';
import { serve } from '../../scripts/serve.mjs';

const sources = join(import.meta.dirname, '../package');
const started = Date.now();
let work: string;
let picture: string[] | undefined;
const open: (() => void)[] = [];

test.describe.configure({ timeout: 240_000 });

test.beforeAll(() => {
  say('building and packing');
  execFileSync(process.execPath, ['scripts/build_package.mjs'], { cwd: join(sources, '../..'), stdio: 'inherit' });
  work = mkdtempSync(join(tmpdir(), 'rnn-heatmap-package-'));
  renameSync(pack(work), join(work, 'rnn-heatmap.tgz'));
});

test.afterEach(() => {
  for (const close of open.splice(0)) close();
});

test.afterAll(() => rmSync(work, { recursive: true, force: true }));

test('a page with one script tag, and one file beside it, under the strictest policy', async ({ page }) => {
  const folder = plainPage('plain', `${snippet}<rnn-heatmap id="slices" device="cpu" text="a b" hidden="2"></rnn-heatmap>`);
  const faults = await visit(page, await site(folder, { 'Content-Security-Policy': contentSecurityPolicy }));
  await showsTheHeatmap(page);
  // The file was copied alone: no worker's file is beside it, and the policy has no room for a blob's.
  await expect(page.locator('#slices').getByRole('grid')).toBeVisible();
  expect(page.workers()).toEqual([]);
  expect(faults.filter((fault) => !/reference_worker|worker-src|blob:/.test(fault))).toEqual([]);
});

test('a page with two copies of the file: the first has the tags, and one device is asked for', async ({ page }) => {
  await page.addInitScript(() => {
    const { requestDevice } = GPUAdapter.prototype;
    Object.assign(globalThis, { devices: 0 });
    GPUAdapter.prototype.requestDevice = function (descriptor) {
      Object.assign(globalThis, { devices: Reflect.get(globalThis, 'devices') + 1 });
      return requestDevice.call(this, descriptor);
    };
  });
  const folder = plainPage('twice', `${snippet}${scriptTag.replace('rnn-heatmap.js', 'again.js')}${element.replace('seed', 'id="second" seed')}`);
  cpSync(join(folder, 'rnn-heatmap.js'), join(folder, 'again.js'));
  const faults = await visit(page, await site(folder));
  await showsTheHeatmap(page);
  await showsTheHeatmap(page, { selector: '#second' });
  expect(await page.evaluate(() => Reflect.get(globalThis, 'devices'))).toBe(1);
  expect(faults).toEqual([]);
});

test('a page with one script tag from another origin: the CPU computes in a worker', async ({ page }) => {
  const cdn = await site(join(unpacked(), 'dist/package'), { 'Access-Control-Allow-Origin': '*' });
  const folder = plainPage('other_origin', scriptTag.replace('rnn-heatmap.js', `${cdn}rnn-heatmap.js`) + element.replace('seed', 'device="cpu" seed'), false);
  const faults = await visit(page, await site(folder), cdn);
  await showsTheHeatmap(page, { exactly: false });
  await expect.poll(() => page.workers().length).toBe(1);
  expect(faults).toEqual([]);
});

test('a notebook’s output cell: one HTML string in a sandboxed frame', async ({ page }) => {
  const cdn = await site(join(unpacked(), 'dist/package'), { 'Access-Control-Allow-Origin': '*' });
  const cell = scriptTag.replace('rnn-heatmap.js', `${cdn}rnn-heatmap.js`) + element.replace('seed', 'device="cpu" seed');
  const folder = plainPage('notebook', `<iframe title="Output" sandbox="allow-scripts" width="900" height="500" srcdoc="${attribute(cell)}"></iframe>`, false);
  const faults = await visit(page, await site(folder), cdn);
  await showsTheHeatmap(page.frameLocator('iframe'), { exactly: false });
  await expect.poll(() => page.workers().length).toBe(1);
  expect(faults).toEqual([]);
});

test('an output cell that holds the file itself, and so needs no network', async ({ page }) => {
  const script = readFileSync(join(unpacked(), 'dist/package/rnn-heatmap.js'), 'utf8');
  expect(script).not.toMatch(/<\/script|<!--/i);
  const folder = plainPage('notebook_alone', `<iframe title="Output" sandbox="allow-scripts" width="900" height="500" srcdoc="${attribute(`<script type="module">${script}</script>${element}`)}"></iframe>`, false);
  const faults = await visit(page, await site(folder));
  await showsTheHeatmap(page.frameLocator('iframe'));
  expect(faults).toEqual([]);
});

test('Vite and strict TypeScript: types by both compilers, the engine, a worker, and nothing that is not used', async ({ page }) => {
  const folder = project('vite');
  npm(folder, 'run', 'check');
  npm(folder, 'run', 'build');
  const faults = await visit(page, await site(join(folder, 'dist'), { 'Content-Security-Policy': contentSecurityPolicy }));
  await showsTheHeatmap(page);
  await expect(page.locator('#focused')).toHaveText(/^row 1, column 7: -?0\.\d+$/);
  await expect(page.locator('#computed')).toHaveText('cpu: 6 numbers');
  expect(page.workers()).toHaveLength(1);
  expect(faults).toEqual([]);

  npm(folder, 'run', 'unused');
  // Vite copies the worker's file for any module it has read that names it; the page's own script is what counts.
  const assets = join(folder, 'dist-unused/assets');
  const bytes = readdirSync(assets).filter((file) => file.startsWith('index-')).reduce((sum, file) => sum + statSync(join(assets, file)).size, 0);
  expect(bytes).toBeGreaterThan(0);
  expect(bytes).toBeLessThan(2000);
});

test('Vite’s development server', async ({ page }) => {
  const folder = project('vite');
  const faults = await visit(page, await developmentServer(folder));
  await showsTheHeatmap(page);
  await expect(page.locator('#computed')).toHaveText('cpu: 6 numbers');
  expect(page.workers()).toHaveLength(1);
  expect(faults.filter((fault) => !fault.includes('Lit is in dev mode'))).toEqual([]);
});

test('React 19', async ({ page }) => {
  const folder = project('react');
  npm(folder, 'run', 'check');
  npm(folder, 'run', 'build');
  await isBound(page, join(folder, 'dist'));
});

for (const [name, framework] of [
  ['vue', 'Vue 3'],
  ['svelte', 'Svelte 5'],
]) {
  test(framework, async ({ page }) => {
    const folder = project(name);
    npm(folder, 'run', 'build');
    await isBound(page, join(folder, 'dist'), true);
  });
}

test('Node, where there is no DOM', () => {
  const folder = project('server');
  const said = execFileSync(process.execPath, ['main.mjs'], { cwd: folder, encoding: 'utf8' });
  expect(said.trim()).toBe('cpu: 6 numbers, all between −1 and 1');
});

test('no file of the package asks for a shader, or for Lit’s own files', () => {
  const folder = join(unpacked(), 'dist/package');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.js'));
  expect(files.length).toBeGreaterThan(100);
  for (const file of files) {
    const imported = Array.from(readFileSync(join(folder, file), 'utf8').matchAll(/^(?:import|export)\b[^;'"]*?(?:from )?["']([^"']+)["'];$/gm), ([, address]) => address);
    for (const address of imported) expect(address, file).toMatch(/^\.{1,2}\/.*\.js$|^lit(\/decorators\.js|\/directives\/[\w-]+\.js)?$/);
    for (const address of imported) expect(address, file).not.toContain('.wgsl');
  }
});

/** What a framework's page does: it draws, follows a property, hears an event, and takes an array. */
async function isBound(page: Page, folder: string, hasSnippet = false): Promise<void> {
  const faults = await visit(page, await site(folder));
  if (hasSnippet) await showsTheHeatmap(page);
  await showsTheHeatmap(page, { selector: '#bound' });
  await expect(page.locator('#focused')).toHaveText('row 1, column 7');
  await page.getByLabel('Text').fill('one two');
  await expect(page.locator('#bound').getByRole('grid', { name: '8 units by 2 steps' })).toBeVisible();
  const numbers = page.locator('#numbers');
  await expect(numbers.getByRole('grid', { name: 'Two by two' })).toBeVisible();
  await expect(async () => {
    const [one, zero, , minus] = await entryColours(numbers.locator('.plot canvas'), 2, 2);
    expect(new Set([one, zero, minus]).size).toBe(3);
  }).toPass();
  expect(faults).toEqual([]);
}

/** Judges the snippet's heatmap by roles, by the keyboard and by its colours, which are everywhere the same. */
async function showsTheHeatmap(scope: Page | FrameLocator, { selector = 'rnn-heatmap', exactly = true } = {}): Promise<void> {
  const heatmap = scope.locator(selector).first();
  await expect(heatmap.getByRole('grid', { name: gridName })).toBeVisible({ timeout: 60_000 });
  await expect(heatmap.getByRole('img', { name: 'Colours from −1 through 0 to 1' })).toBeVisible();
  for (const word of ['The', 'cat', 'yesterday', 'happy']) await expect(heatmap.getByText(word, { exact: true })).toBeVisible();
  await expect(async () => {
    const colours = await entryColours(heatmap.locator('.plot canvas'));
    expect(new Set(colours).size).toBeGreaterThan(30);
    picture ??= exactly ? colours : undefined;
    // On the CPU a number may land on the next colour.
    expect(colours.filter((colour, i) => colour === (picture ?? colours)[i]).length).toBeGreaterThanOrEqual(exactly ? 64 : 60);
  }).toPass({ timeout: 60_000 });
  const entry = heatmap.getByRole('gridcell');
  await entry.focus();
  await entry.press('End');
  await entry.press('ArrowDown');
  await expect(entry).toHaveAccessibleName(/^unit 2, step 8 'happy', −?0\.\d+$/);
}

/** A fresh project from test/package, with the snippet's element where it asks for one, and all it needs installed. */
function project(name: string): string {
  const folder = join(work, name);
  if (existsSync(folder)) return folder;
  say(`installing into ${name}`);
  cpSync(join(sources, name), folder, { recursive: true });
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!/\.(html|vue|svelte)$/.test(file)) continue;
    const text = readFileSync(join(folder, file), 'utf8');
    writeFileSync(join(folder, file), text.replace('<!-- snippet -->', element));
  }
  npm(folder, 'install', '--ignore-scripts', '--no-package-lock', '--no-audit', '--no-fund', '--prefer-offline');
  return folder;
}

/** The package as it was packed, unpacked. */
function unpacked(): string {
  const folder = join(work, 'unpacked');
  if (existsSync(folder)) return folder;
  mkdirSync(folder);
  execFileSync('tar', ['-xzf', '../rnn-heatmap.tgz', '--strip-components=1'], { cwd: folder });
  return folder;
}

function plainPage(name: string, body: string, withFile = true): string {
  const folder = join(work, name);
  mkdirSync(folder);
  if (withFile) cpSync(join(unpacked(), 'dist/package/rnn-heatmap.js'), join(folder, 'rnn-heatmap.js'));
  writeFileSync(join(folder, 'index.html'), `<!doctype html><html lang="en"><title>${name}</title><link rel="icon" href="data:,">${body}`);
  return folder;
}

function attribute(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;');
}

async function site(folder: string, headers: Record<string, string> = {}): Promise<string> {
  const { url, close } = await serve({ folder, headers });
  open.push(close);
  return url;
}

function developmentServer(folder: string): Promise<string> {
  say('starting the development server');
  const server: ChildProcess = spawn(process.execPath, ['node_modules/vite/bin/vite.js', '--host', '127.0.0.1'], { cwd: folder, env: { ...process.env, NO_COLOR: '1' } });
  open.push(() => server.kill());
  return new Promise((resolve, reject) => {
    server.stdout!.on('data', (data: Buffer) => {
      const address = /http:\/\/127\.0\.0\.1:\d+\//.exec(data.toString());
      if (address) resolve(address[0]);
    });
    server.once('exit', (code) => reject(new Error(`vite ended with ${code}`)));
  });
}

/** Opens a page, and notes what it should not do; other origins than these two are none of its business. */
async function visit(page: Page, url: string, cdn?: string): Promise<string[]> {
  const faults: string[] = [];
  watch(page, faults, cdn ? undefined : url);
  await page.goto(url);
  return faults;
}

function npm(folder: string, ...args: string[]): void {
  const path = process.env['npm_execpath'];
  const [program, ...before] = path ? [process.execPath, path] : ['npm'];
  try {
    execFileSync(program, [...before, ...args], { cwd: folder, encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`npm ${args.join(' ')} in ${folder}:\n${stdout}${stderr}`, { cause: error });
  }
}

function say(what: string): void {
  console.log(`package, ${Math.round((Date.now() - started) / 1000)} s: ${what}`);
}
