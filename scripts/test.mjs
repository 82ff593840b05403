// @ts-check
// `npm test`: every check there is, all of them even when one fails, and one closing line that
// counts tests; a type check, the lint, the sizes, the build, the package and having a browser count as one each.
//
//   npm test                 everything
//   npm test -- PATTERN …    only the test files whose path contains a pattern
import { ensureChromium } from './chromium.mjs';
import { build, checkPackage, checkTypes, lint, playwright, size, testFiles, vitest } from './stages.mjs';
import { closingLine, sum, tallyCheck } from './tally.mjs';

/** @typedef {import('./tally.mjs').Tally} Tally */

const patterns = process.argv.slice(2);
const everything = patterns.length === 0;

/** @param {string[]} files */
const wanted = (files) => files.filter((file) => everything || patterns.some((pattern) => file.includes(pattern)));
const unit = wanted(testFiles('test', '.test.ts').filter((file) => !file.startsWith('test/long/')));
const inBrowser = unit.filter((file) => /^test\/(gpu|elements)\//.test(file));
const inNode = unit.filter((file) => !inBrowser.includes(file));
const e2e = wanted(testFiles('e2e', '.spec.ts'));

/** @type {Tally[]} */
const tallies = [];
/** @param {Tally} tally @param {string} stage @returns {boolean} */
function count(tally, stage) {
  const notes = tally.notes.map((note) => `${stage}: ${note}`);
  if (tally.skipped > 0) notes.push(`${stage}: ${tally.skipped} SKIPPED`);
  tallies.push({ ...tally, notes });
  return tally.failed === 0;
}

/** @param {string} reason @returns {Tally} */
const impossible = (reason) => ({ passed: 0, failed: 1, skipped: 0, notes: [reason] });

let hasBrowser = true;
try {
  await ensureChromium();
  count(tallyCheck(true), 'chromium');
} catch (error) {
  hasBrowser = false;
  const { message } = /** @type {Error} */ (error);
  console.error(`chromium: ${message}`);
  count(impossible(message), 'chromium');
}

if (everything) {
  for (const tally of await checkTypes()) count(tally, 'types');
  count(await lint(), 'lint');
  count(await size(), 'size');
}
// Without a pattern a stage that has no files must fail; with one it is only not meant.
if (everything || inNode.length > 0) count(await vitest('node', { filters: patterns }), 'node');
if (everything || inBrowser.length > 0) {
  count(hasBrowser ? await vitest('browser', { filters: patterns }) : impossible('no browser'), 'browser');
}
if (everything || e2e.length > 0) {
  if (!count(await build(), 'build')) count(impossible('nothing was built'), 'e2e');
  else count(hasBrowser ? await playwright('e2e', { filters: patterns }) : impossible('no browser'), 'e2e');
}
if (everything) count(await checkPackage(), 'package');
if (!everything && unit.length + e2e.length === 0) {
  count(impossible(`no test file's path contains ${patterns.join(' or ')}`), 'files');
}

const total = sum(tallies);
console.log(['', ...total.notes, closingLine(total)].join('\n'));
process.exit(total.failed > 0 ? 1 : 0);
