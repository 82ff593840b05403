// @ts-check
// `npm run bench`: how fast we are, beside others and beside what the adapter can do, in Chromium.
//
//   node scripts/bench.mjs [--full] [--only PATTERN] [--peers PATTERN] [--quick] [--minutes N] [--resume] [--json FILE] [--chart FILE]
//   node scripts/bench.mjs --from FILE --chart FILE     draws an earlier run, and runs nothing
//
// Two kinds of thing are run. A question (bench/roofline.ts, forms.ts, updates.ts, live.ts, scale.ts,
// panning.ts, first_figure.ts) has an answer of its own. A case (bench/cases.ts) is carried out by us and by every peer, in
// turns; the peers are installed in bench/node_modules on first use. --only is a regular expression over the names of both,
// --peers one over the names of those we are compared with; --full adds the large shapes; --quick takes
// two short turns, to see whether all is well rather than how fast it is.
//
// A run takes so many minutes at most, 10 or, if full, 20: what there is no time for is named, and
// --resume does that and keeps the rest. All figures go to bench/results/local/bench.json as they come.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright';
import { createServer, runnerImport } from 'vite';
import { ensureChromium } from './chromium.mjs';

/** @typedef {import('playwright').Browser} Browser */
/** @typedef {import('../bench/cases').Case} Case */
/** @typedef {import('../bench/contest').CaseResult} CaseResult */

/**
 * What a run leaves behind.
 * @typedef {{date: string, adapter: string, browser: string, processors: number, load: number, full: boolean,
 *   questions: Record<string, any>, cases: CaseResult[], targets: import('../bench/targets').Verdict[]}} Run
 */

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bare = /** @type {const} */ ({ configFile: false, root, logLevel: 'error' });
const local = join(root, 'bench/results/local/bench.json');
const questions = ['roofline', 'forms', 'updates', 'live', 'scale', 'panning', 'page'];
/**
 * Those that are asked from outside a page.
 * @type {Record<string, (browser: Browser) => Promise<unknown>>}
 */
const inNode = { live: trainAndDraw, page: openLesson };
/** Those that judge their own answers. */
const judges = ['updates', 'scale', 'panning', 'page'];

const { values: options } = parseArgs({
  options: {
    full: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    resume: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    peers: { type: 'string', default: '' },
    minutes: { type: 'string' },
    json: { type: 'string' },
    chart: { type: 'string' },
    from: { type: 'string' },
  },
});

const deadline = Date.now() + 60_000 * Number(options.minutes ?? (options.full ? 20 : 10));

process.exit(options.from ? await draw(JSON.parse(readFileSync(options.from, 'utf8'))) : await measure());

/** Runs what was asked for. @returns {Promise<number>} the exit code: 1 when something failed or was wrong */
async function measure() {
  const only = new RegExp(options.only);
  const { cases } = await load(() => import('../bench/cases'), 'cases');
  const { OURS } = await load(() => import('../bench/contenders'), 'contenders');
  const { targetTable } = await load(() => import('../bench/table'), 'table');
  const { liveVerdicts, verdicts } = await load(() => import('../bench/targets'), 'targets');
  const chosen = cases(options.full).filter(({ name }) => only.test(name));
  const asked = questions.filter((name) => only.test(name));
  if (chosen.length > 0 && !asked.includes('roofline')) asked.unshift('roofline');
  if (asked.length === 0) {
    console.error(`bench: nothing is named ${options.only}; there are ${[...questions, ...cases(true).map(({ name }) => name)].join(', ')}`);
    return 1;
  }

  const { executablePath, args, adapter, version } = await ensureChromium();
  const run = begun({ adapter, browser: `Chromium ${version}` });
  if (run.load > 0.5) console.log(`bench: other programs keep the processors busy (load ${run.load.toFixed(1)}); times of this run are too long`);
  const browser = await chromium.launch({ executablePath, args, headless: true });
  /** @type {string[]} */
  const leftOut = [];
  try {
    for (const name of asked) {
      if (run.questions[name]) continue;
      console.log(`\n── ${name}`);
      run.questions[name] = await (inNode[name] ?? ((each) => answer(each, name)))(browser);
      save(run);
    }
    leftOut.push(...(await compare(browser, chosen, run)));
  } finally {
    await browser.close();
  }
  run.targets = [...verdicts(run.cases), ...(run.questions['live'] ? liveVerdicts(run.questions['live']) : []), ...judges.flatMap((name) => run.questions[name]?.verdicts ?? [])];
  save(run);
  console.log(targetTable(run.targets));
  console.log(`\nbench: on ${adapter}, ${run.processors} processors`);
  if (leftOut.length > 0) console.log(`bench: no time was left for ${leftOut.join(', ')}; the same command with --resume goes on there`);
  if (options.chart) await draw(run);
  return run.cases.every(({ outcomes }) => outcomes[OURS]?.state === 'timed') ? 0 : 1;
}

/** A new run, or the last one to go on with. @param {{adapter: string, browser: string}} machine @returns {Run} */
function begun({ adapter, browser }) {
  const fresh = { date: new Date().toISOString(), adapter, browser, processors: availableParallelism(), load: loadavg()[0], full: options.full, questions: {}, cases: [], targets: [] };
  if (!options.resume) return fresh;
  /** @type {Run} */
  const last = JSON.parse(readFileSync(local, 'utf8'));
  if (last.adapter !== adapter || last.browser !== browser) throw new Error(`bench: the last run was on ${last.adapter} in ${last.browser}; there is nothing to go on with here`);
  return { ...last, full: last.full || options.full };
}

/** @param {Run} run */
function save(run) {
  const json = `${JSON.stringify(run, null, 2)}\n`;
  mkdirSync(dirname(local), { recursive: true });
  for (const file of [local, options.json]) if (file) writeFileSync(file, json);
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
    return await page.evaluate(
      async ({ path, quick }) => {
        const bench = await import(/* @vite-ignore */ path);
        return bench.run(Reflect.get(globalThis, 'report'), { quick });
      },
      { path: `/bench/${name}.ts`, quick: options.quick || !options.full },
    );
  } finally {
    await page.close();
    await server.close();
  }
}

/** Has a page train and draw. @param {Browser} browser */
async function trainAndDraw(browser) {
  const { serveSite } = await load(() => import('../bench/site'), 'site');
  const { live, liveLines } = await load(() => import('../bench/live'), 'live');
  const site = await serveSite('live.html');
  try {
    const found = await live({ browser, origin: site.origin }, options.quick ? 4 : 12);
    for (const line of liveLines(found)) console.log(line);
    return found;
  } finally {
    await site.close();
  }
}

/** Has the lesson opened. @param {Browser} browser */
async function openLesson(browser) {
  const { firstFigure, firstFigureLine } = await load(() => import('../bench/first_figure'), 'first_figure');
  const found = await firstFigure(browser, root, options.quick ? 3 : 9);
  console.log(firstFigureLine(found));
  return found;
}

/**
 * Has every contender carry out every case, as long as there is time.
 *
 * @param {Browser} browser
 * @param {Case[]} chosen
 * @param {Run} run what was found is added to its cases
 * @returns {Promise<string[]>} the names of those there was no time for
 */
async function compare(browser, chosen, run) {
  const wanted = chosen.filter(({ name }) => !run.cases.some((known) => known.case.name === name));
  if (wanted.length === 0) return [];
  const { status } = spawnSync(process.execPath, [join(root, 'scripts/setup.mjs'), 'bench'], { stdio: 'inherit' });
  if (status !== 0) throw new Error('bench: the libraries to compare with could not be installed');
  const { serveSite } = await load(() => import('../bench/site'), 'site');
  const { contest, effortFor } = await load(() => import('../bench/contest'), 'contest');
  const { entrants, OURS } = await load(() => import('../bench/contenders'), 'contenders');
  const { caseTable } = await load(() => import('../bench/table'), 'table');
  const peers = new RegExp(options.peers);
  const chosenEntrants = entrants.filter(({ name }) => name === OURS || peers.test(name));

  const site = await serveSite('measure.html');
  try {
    for (const [k, each] of wanted.entries()) {
      const left = deadline - Date.now();
      if (left <= 0) return wanted.slice(k).map(({ name }) => name);
      console.log(`\n── ${each.name}, ${k + 1} of ${wanted.length}, ${(left / 60_000).toFixed(0)} minutes left`);
      const result = await contest({ browser, origin: site.origin }, chosenEntrants, each, effortFor(options.quick, left, wanted.length - k));
      console.log(caseTable(result, run.questions['roofline']?.roofline));
      run.cases.push(result);
      save(run);
    }
  } finally {
    await site.close();
  }
  return [];
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
