// @ts-check
// Finds a Chromium with working WebGPU, and installs one where there is none. What was accepted is
// remembered in node_modules/.cache, so that it is looked for once. Everything that opens a browser
// (Vitest, Playwright, validation, benches) asks here for the path and the command line.
//
//   node scripts/chromium.mjs     find or install one, and say which
import { existsSync, mkdirSync, readFileSync, realpathSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { candidatePaths, flagSets } from './chromium_candidates.mjs';
import { commandToType, installPlan, runSteps, thisMachine } from './chromium_install.mjs';
import { probe } from './chromium_probe.mjs';

/**
 * @typedef {{executablePath: string, args: string[], adapter: string, version: string}} Chromium
 *   path and args are Playwright's launch options; adapter is the GPU's name, version the browser's
 * @typedef {Chromium & {modified: number, root: boolean, asked: string}} Remembered
 */

const remembered = join(
  dirname(dirname(fileURLToPath(import.meta.url))),
  'node_modules/.cache/rnn-heatmap/chromium.json',
);

/** What, when changed, makes a remembered answer worthless. @param {string} executablePath */
const circumstances = (executablePath) => ({
  modified: statSync(executablePath, { throwIfNoEntry: false })?.mtimeMs ?? -1,
  root: process.getuid?.() === 0,
  asked: process.env['CHROMIUM_PATH'] ?? '',
});

/** @returns {Chromium | null} */
function recall() {
  /** @type {Remembered} */
  let entry;
  try {
    entry = JSON.parse(readFileSync(remembered, 'utf8'));
  } catch {
    return null;
  }
  const { executablePath, args, adapter, version } = entry;
  const now = circumstances(executablePath);
  const holds = now.modified === entry.modified && now.root === entry.root && now.asked === entry.asked;
  return holds ? { executablePath, args, adapter, version } : null;
}

/** @param {Chromium} found */
function remember(found) {
  mkdirSync(dirname(remembered), { recursive: true });
  writeFileSync(remembered, JSON.stringify({ ...found, ...circumstances(found.executablePath) }, null, 2));
}

/**
 * A Chromium of this machine that passed the probe; null if none does. Installs nothing.
 *
 * @returns {Promise<Chromium | null>}
 */
export async function findChromium() {
  const known = recall();
  if (known) return known;
  const { chromium } = await import('playwright');
  const machine = thisMachine();
  const paths = candidatePaths({
    platform: machine.platform,
    env: process.env,
    playwright: chromium.executablePath(),
  });
  const tried = new Set();
  for (const executablePath of paths) {
    if (!existsSync(executablePath)) {
      if (executablePath === process.env['CHROMIUM_PATH']) {
        console.log(`chromium: CHROMIUM_PATH names ${executablePath}, which does not exist`);
      }
      continue;
    }
    // /bin is often a link to /usr/bin, google-chrome to google-chrome-stable.
    const file = realpathSync(executablePath);
    if (tried.has(file)) continue;
    tried.add(file);
    for (const { name, args } of flagSets(machine)) {
      const answer = await probe({ executablePath, args });
      if ('reason' in answer) {
        console.log(`chromium: ${executablePath}, ${name}: ${answer.reason}`);
        continue;
      }
      const found = { executablePath, args, ...answer };
      remember(found);
      return found;
    }
  }
  return null;
}

/**
 * A Chromium that passed the probe, installed if need be. Says in one line which it is; throws,
 * with the command to type, when there is none to be had.
 *
 * @returns {Promise<Chromium>}
 */
export async function ensureChromium() {
  let found = await findChromium();
  const machine = thisMachine();
  if (!found) {
    for (const steps of installPlan(machine)) {
      runSteps(steps);
      found = await findChromium();
      if (found) break;
    }
  }
  if (!found) {
    throw new Error(
      'no Chromium with WebGPU on this machine, and none could be installed; ' +
        `type \`${commandToType(machine)}\`, or set CHROMIUM_PATH to one`,
    );
  }
  console.log(`chromium: ${found.executablePath} ${found.version}, adapter ${found.adapter}`);
  return found;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    await ensureChromium();
  } catch (error) {
    console.error(`chromium: ${/** @type {Error} */ (error).message}`);
    process.exit(1);
  }
}
