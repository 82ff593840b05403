// @ts-check
// `npm run bench`: how fast we are, beside others and beside what the adapter can do, in Chromium.
//
//   node scripts/bench.mjs [--full] [--only PATTERN] [--peers PATTERN] [--quick] [--json FILE] [--chart FILE]
//   node scripts/bench.mjs --from FILE --chart FILE     draws an earlier run, and runs nothing
//
// Two kinds of thing are run. A question (bench/forms.ts, bench/roofline.ts) is a module that exports
// `run(report)` and answers in one page. A case (bench/cases.ts) is carried out by us and by every
// peer, in turns; the peers are installed in bench/node_modules on first use. --only is a regular
// expression over the names of both, --peers one over the names of those we are compared with;
// --full adds the large shapes; --quick takes two short turns, to see whether all is well rather than
// how fast it is. All figures go to bench/results/local/bench.json.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright';
import { createServer, runnerImport } from 'vite';
import { ensureChromium } from './chromium.mjs';

/** @typedef {import('playwright').Browser} Browser */

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bare = /** @type {const} */ ({ configFile: false, root, logLevel: 'error' });
const questions = ['roofline', 'forms'];

const { values: options } = parseArgs({
  options: {
    full: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    peers: { type: 'string', default: '' },
    json: { type: 'string' },
    chart: { type: 'string' },
    from: { type: 'string' },
  },
});

process.exit(options.from ? await draw(JSON.parse(readFileSync(options.from, 'utf8'))) : await measure());

/** Runs what was asked for. @returns {Promise<number>} the exit code: 1 when something failed or was wrong */
async function measure() {
  const only = new RegExp(options.only);
  const { cases } = await load(() => import('../bench/cases'), 'cases');
  const chosenCases = cases(options.full).filter(({ name }) => only.test(name));
  const asked = questions.filter((name) => only.test(name) || (name === 'roofline' && chosenCases.length > 0));
  if (asked.length + chosenCases.length === 0) {
    console.error(`bench: nothing is named ${options.only}; there are ${[...questions, ...cases(true).map(({ name }) => name)].join(', ')}`);
    return 1;
  }

  const { executablePath, args, adapter, version } = await ensureChromium();
  const browser = await chromium.launch({ executablePath, args, headless: true });
  /** @type {Record<string, any>} */
  const answers = {};
  try {
    for (const name of asked) {
      console.log(`\n── ${name}`);
      answers[name] = await answer(browser, name);
    }
    const contests = chosenCases.length > 0 ? await compare(browser, chosenCases, answers['roofline']?.roofline) : { cases: [], targets: [], fine: true };
    const { fine, ...compared } = contests;
    const result = {
      date: new Date().toISOString(),
      adapter,
      browser: `Chromium ${version}`,
      processors: availableParallelism(),
      questions: answers,
      ...compared,
    };
    const json = `${JSON.stringify(result, null, 2)}\n`;
    mkdirSync(join(root, 'bench/results/local'), { recursive: true });
    for (const file of [join(root, 'bench/results/local/bench.json'), options.json]) if (file) writeFileSync(file, json);
    console.log(`\nbench: on ${adapter}, ${result.processors} processors`);
    if (options.chart) await draw(result);
    return fine ? 0 : 1;
  } finally {
    await browser.close();
  }
}

/** Has a question answered in a page of its own. @param {Browser} browser @param {string} name */
async function answer(browser, name) {
  const server = await createServer({ root, logLevel: 'warn', server: { host: '127.0.0.1', port: 0, hmr: false } });
  await server.listen();
  const origin = server.resolvedUrls?.local[0];
  const page = await browser.newPage({ viewport: { width: 1000, height: 600 } });
  try {
    await page.route(`${origin}bench.html`, (route) =>
      route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>bench</title>' }),
    );
    await page.exposeFunction('report', (/** @type {string} */ line) => console.log(line));
    await page.goto(`${origin}bench.html`);
    return await page.evaluate(async (path) => {
      const bench = await import(/* @vite-ignore */ path);
      return bench.run(Reflect.get(globalThis, 'report'));
    }, `/bench/${name}.ts`);
  } finally {
    await page.close();
    await server.close();
  }
}

/**
 * Has every contender carry out every case.
 *
 * @param {Browser} browser
 * @param {import('../bench/cases').Case[]} chosen
 * @param {import('../bench/roofline').Roofline | undefined} roofline
 */
async function compare(browser, chosen, roofline) {
  const { status } = spawnSync(process.execPath, [join(root, 'scripts/setup.mjs'), 'bench'], { stdio: 'inherit' });
  if (status !== 0) throw new Error('bench: the libraries to compare with could not be installed');
  const { serveSite } = await load(() => import('../bench/site'), 'site');
  const { contest } = await load(() => import('../bench/contest'), 'contest');
  const { entrants, OURS } = await load(() => import('../bench/contenders'), 'contenders');
  const peers = new RegExp(options.peers);
  const chosenEntrants = entrants.filter(({ name }) => name === OURS || peers.test(name));
  const { caseTable, targetTable } = await load(() => import('../bench/table'), 'table');
  const { verdicts } = await load(() => import('../bench/targets'), 'targets');
  const effort = options.quick ? { rounds: 2, turn: 50, patience: 0 } : { rounds: 7, turn: 500, patience: 30_000 };

  const site = await serveSite();
  /** @type {import('../bench/contest').CaseResult[]} */
  const results = [];
  try {
    for (const each of chosen) {
      const result = await contest({ browser, origin: site.origin }, chosenEntrants, each, effort);
      console.log(caseTable(result, roofline));
      results.push(result);
    }
  } finally {
    await site.close();
  }
  const targets = verdicts(results);
  console.log(targetTable(targets, results));
  const fine = results.every(({ outcomes }) => outcomes[OURS]?.state === 'timed');
  return { cases: results, targets, fine };
}

/** @param {import('../bench/chart').Charted} result */
async function draw(result) {
  const { chart } = await load(() => import('../bench/chart'), 'chart');
  const file = options.chart ?? join(root, 'docs/images/bench.svg');
  writeFileSync(file, chart(result));
  console.log(`bench: drew ${file}`);
  return 0;
}

/**
 * A module of the bench, which is TypeScript: Vite imports it. The first argument is never called; it says what type
 * comes back.
 *
 * @template Module
 * @param {() => Promise<Module>} _typed
 * @param {string} name
 * @returns {Promise<Module>}
 */
async function load(_typed, name) {
  const { module } = await runnerImport(join(root, `bench/${name}.ts`), bare);
  return /** @type {Module} */ (module);
}
