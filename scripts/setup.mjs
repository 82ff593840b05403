// @ts-check
// What `npm start`, `npm test` and the other scripts run first: installs the packages of the
// lockfile when they are missing, incomplete or older than it, and says in one line what it did.
// Given a folder (`node scripts/setup.mjs bench`), it does that for the packages of that folder.
// Depends on nothing but Node, since on a fresh clone there is nothing else.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { reasonToInstall, thisPlatform } from './dependencies.mjs';

const root = join(dirname(dirname(fileURLToPath(import.meta.url))), process.argv[2] ?? '');

/** @param {string} path @returns {import('./dependencies.mjs').Lockfile | null} */
function lockfile(path) {
  try {
    return JSON.parse(readFileSync(join(root, path), 'utf8'));
  } catch {
    return null; // missing, or cut short by an interrupted install
  }
}

const lock = lockfile('package-lock.json');
if (!lock) {
  console.error('setup: package-lock.json is missing or damaged; restore it with `git checkout package-lock.json`');
  process.exit(1);
}
const reason = reasonToInstall(
  lock,
  lockfile('node_modules/.package-lock.json'),
  (folder) => existsSync(join(root, folder, 'package.json')),
  thisPlatform(),
);
if (!reason) {
  console.log('setup: packages are complete');
} else {
  console.log(`setup: ${reason}; running npm ci`);
  // Development packages by name: NODE_ENV=production leaves them out otherwise. No script of a
  // package needs to run, so none does.
  const args = ['ci', '--include=dev', '--include=optional', '--ignore-scripts', '--no-audit', '--no-fund'];
  const npm = process.env['npm_execpath'];
  /** @type {import('node:child_process').StdioOptions} */
  const stdio = ['ignore', 'inherit', 'inherit'];
  const { status, error } =
    npm && /npm-cli\.[cm]?js$/.test(npm)
      ? spawnSync(process.execPath, [npm, ...args], { cwd: root, stdio })
      : spawnSync('npm', args, { cwd: root, stdio, shell: process.platform === 'win32' });
  if (status !== 0) {
    console.error(`setup: npm ci failed${error ? ` (${error.message})` : ''}; run it by hand to see why`);
    process.exit(1);
  }
}
