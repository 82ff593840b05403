// @ts-check
// `npm run test:long -- PATTERN …`: the tests under test/long that are too slow for every run, or
// those whose path contains a pattern. test/long/gpu and test/long/elements run in Chromium, other
// *.test.ts in Node, *.spec.ts against the built page.
import { ensureChromium } from './chromium.mjs';
import { build, playwright, testFiles, vitest } from './stages.mjs';
import { closingLine, sum } from './tally.mjs';

const patterns = process.argv.slice(2);
const files = [...testFiles('test/long', '.test.ts'), ...testFiles('test/long', '.spec.ts')].filter(
  (file) => patterns.length === 0 || patterns.some((pattern) => file.includes(pattern)),
);

if (files.length === 0) {
  console.log(
    patterns.length > 0
      ? `test:long: no file under test/long has a path containing ${patterns.join(' or ')}`
      : 'test:long: there are no long tests (no *.test.ts or *.spec.ts under test/long)',
  );
  process.exit(patterns.length > 0 ? 1 : 0);
}

console.log(`test:long: ${files.join(', ')}`);
const e2e = files.filter((file) => file.endsWith('.spec.ts'));
const inBrowser = files.filter((file) => /^test\/long\/(gpu|elements)\/.*\.test\.ts$/.test(file));
const inNode = files.filter((file) => !e2e.includes(file) && !inBrowser.includes(file));

await ensureChromium();
const tallies = [];
if (inNode.length > 0) tallies.push(await vitest('node', { mode: 'long', filters: inNode }));
if (inBrowser.length > 0) tallies.push(await vitest('browser', { mode: 'long', filters: inBrowser }));
if (e2e.length > 0) tallies.push(await build(), await playwright('long', { filters: e2e }));

const total = sum(tallies);
console.log(['', ...total.notes, closingLine(total)].join('\n'));
process.exit(total.failed > 0 ? 1 : 0);
