// @ts-check
// The checks a run is made of, each a function that streams its tool's output and returns a tally.
// Tools are called by path, not through node_modules/.bin: two TypeScripts want the name `tsc`.
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { tallyCheck, tallyPlaywright, tallyVitest } from './tally.mjs';

/** @typedef {import('./tally.mjs').Tally} Tally */

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const reports = join(root, 'node_modules/.cache/rnn-heatmap');

/**
 * Runs a package's program with this Node and waits for it; null when a signal ended it.
 *
 * @param {string} program a path under node_modules
 * @param {string[]} args
 * @param {Record<string, string>} [env]
 * @returns {Promise<number | null>}
 */
function node(program, args, env = {}) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(root, 'node_modules', program), ...args], {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, ...env },
    });
    child.once('error', () => resolve(null)).once('exit', (code) => resolve(code));
  });
}

/** @param {string} title */
function announce(title) {
  console.log(`\n── ${title}`);
}

/** Both compilers. @returns {Promise<Tally[]>} */
export async function checkTypes() {
  announce('types: TypeScript 7');
  const seven = tallyCheck((await node('typescript/bin/tsc', ['-p', root])) === 0);
  announce("types: TypeScript 5.9, libraries' declarations included");
  const five = tallyCheck((await node('typescript-5.9/bin/tsc', ['-p', root, '--skipLibCheck', 'false'])) === 0);
  return [seven, five];
}

/** @returns {Promise<Tally>} */
export async function lint() {
  announce('lint');
  return tallyCheck((await node('oxlint/bin/oxlint', ['--deny-warnings'])) === 0);
}

/** @returns {Promise<Tally>} */
export async function build() {
  announce('build');
  return tallyCheck((await node('vite/bin/vite.js', ['build', '--logLevel', 'warn'])) === 0);
}

/** The npm package, as it would be published. @returns {Promise<Tally>} */
export async function checkPackage() {
  announce('package');
  return tallyCheck((await node('../scripts/check_package.mjs', [])) === 0);
}

/** What a page pays for a heatmap, against the most it may be. @returns {Promise<Tally>} */
export async function size() {
  announce('size: minified and compressed');
  return tallyCheck((await node('size-limit/bin.js', ['--config', join(root, 'scripts/size_limit.mjs')])) === 0);
}

/**
 * @param {'node' | 'browser'} project
 * @param {{mode?: string, filters?: string[]}} [options] filters: parts of file names
 * @returns {Promise<Tally>}
 */
export async function vitest(project, { mode = 'test', filters = [] } = {}) {
  announce(project === 'node' ? 'tests in Node' : 'tests in Chromium');
  const file = reportFile(`vitest-${project}.json`);
  const code = await node('vitest/vitest.mjs', [
    'run',
    `--project=${project}`,
    `--mode=${mode}`,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${file}`,
    ...filters,
  ]);
  return tallyVitest(readReport(file), code);
}

/**
 * @param {'e2e' | 'long'} project
 * @param {{filters?: string[]}} [options] filters: parts of file names
 * @returns {Promise<Tally>}
 */
export async function playwright(project, { filters = [] } = {}) {
  announce('end-to-end tests of the built page');
  const file = reportFile(`playwright-${project}.json`);
  const code = await node(
    '@playwright/test/cli.js',
    ['test', '-c', 'e2e', '--project', project, '--reporter', 'list,json', ...filters.map(escapeRegExp)],
    { PLAYWRIGHT_JSON_OUTPUT_FILE: file },
  );
  return tallyPlaywright(readReport(file), code);
}

/**
 * The test files under a folder, as paths from the root with forward slashes.
 *
 * @param {string} folder
 * @param {string} ending
 * @returns {string[]}
 */
export function testFiles(folder, ending) {
  try {
    return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
      .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
      .toSorted();
  } catch {
    return []; // no such folder yet
  }
}

/** An empty place for a report: an old one must never be counted. @param {string} name */
function reportFile(name) {
  mkdirSync(reports, { recursive: true });
  const file = join(reports, name);
  rmSync(file, { force: true });
  return file;
}

/** @param {string} file */
function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}

/** Playwright takes file names as regular expressions. @param {string} text */
function escapeRegExp(text) {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
