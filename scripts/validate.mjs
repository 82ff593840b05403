// @ts-check
// Runs every golden case of a folder on the reference and on the GPU, in both recurrent forms, and
// says how far each tensor is from what the case expects. The format is told in
// test/fixtures/golden/README.md.
//
//   npm run validate -- FOLDER [--engine cpu|gpu|both] [--only PATTERN] [--forward] [--json FILE]
//
// Ends with 0 when nothing failed and something passed, 1 when not, 2 when the arguments are wrong.
import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright';
import { createServer } from 'vite';
import { ensureChromium } from './chromium.mjs';

/**
 * @typedef {import('../test/golden/golden_case').GoldenCase} GoldenCase
 * @typedef {import('../test/golden/verdict').CaseVerdict} CaseVerdict
 * @typedef {import('../test/golden/verdict').EngineName} EngineName
 * @typedef {import('../src/engine/index').RecurrentForm} RecurrentForm
 * @typedef {{cpu: boolean, gpu: boolean, forward: boolean}} Request
 * @typedef {{file: string, name: string, text: string, golden: GoldenCase}} Readable
 */

const usage =
  'usage: npm run validate -- FOLDER [--engine cpu|gpu|both] [--only PATTERN] [--forward] [--json FILE]\n' +
  '  FOLDER     cases of the golden format, one JSON file each (or one such file)\n' +
  '  --engine   the float64 reference, the GPU, or both (the default)\n' +
  '  --only     a regular expression; only cases whose name it matches\n' +
  '  --forward  leave out gradients: grads, and the steps dh dc dgx dgh\n' +
  '  --json     write the verdicts to a file';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
/** Without a configuration file: only our own TypeScript and WGSL are served. */
const bare = /** @type {const} */ ({ configFile: false, root, logLevel: 'error' });

/** A mistake in the command line. */
class Misuse extends Error {}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof Misuse)) throw error;
  console.error(`validate: ${error.message}\n${usage}`);
  process.exitCode = 2;
}

async function main() {
  const { files, only, request, json } = readArguments();
  const { golden, close } = await importGolden();
  /** @type {CaseVerdict[]} */
  const verdicts = [];
  /** @type {Readable[]} */
  const cases = [];
  for (const file of files) {
    const name = basename(file, '.json');
    try {
      const text = readFileSync(file, 'utf8');
      const parsed = golden.parseCase(text, name);
      if ('notACase' in parsed) console.log(`skipped ${basename(file)}: ${parsed.notACase}`);
      else if (only.test(parsed.name)) cases.push({ file, name, text, golden: parsed });
    } catch (error) {
      if (only.test(name)) verdicts.push(...unreadable(file, String(error instanceof Error ? error.message : error), request));
    }
  }

  try {
    if (request.cpu) verdicts.push(...(await onReference(golden, cases, request)));
    if (request.gpu) verdicts.push(...(await onGpu(golden, cases, request)));
  } finally {
    await close();
  }

  printTable(verdicts);
  if (json) writeFileSync(json, `${JSON.stringify({ cases: verdicts }, null, 1)}\n`);
  return verdicts.some(({ status }) => status === 'pass') && !verdicts.some(({ status }) => status === 'fail') ? 0 : 1;
}

function readArguments() {
  const { values, positionals } = parsedArguments();
  if (positionals.length !== 1) throw new Misuse(positionals.length ? `one folder at a time, not ${positionals.join(' and ')}` : 'which folder?');
  const { engine = 'both', only = '', forward = false, json } = values;
  if (!['cpu', 'gpu', 'both'].includes(engine)) throw new Misuse(`--engine ${engine}: it is cpu, gpu or both`);
  const files = casesIn(resolve(positionals[0]));
  /** @type {Request} */
  const request = { cpu: engine !== 'gpu', gpu: engine !== 'cpu', forward };
  return { files, only: pattern(only), request, json: json && writable(resolve(json)) };
}

function parsedArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: { engine: { type: 'string' }, only: { type: 'string' }, forward: { type: 'boolean' }, json: { type: 'string' } },
    });
  } catch (error) {
    throw new Misuse(/** @type {Error} */ (error).message);
  }
}

/** @param {string} path */
function casesIn(path) {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) throw new Misuse(`there is no ${path}`);
  if (!found.isDirectory()) return [path];
  return readdirSync(path)
    .filter((name) => name.endsWith('.json'))
    .toSorted()
    .map((name) => join(path, name));
}

/** @param {string} text */
function pattern(text) {
  try {
    return new RegExp(text);
  } catch (error) {
    throw new Misuse(`--only: ${/** @type {Error} */ (error).message}`);
  }
}

/** @param {string} file */
function writable(file) {
  try {
    writeFileSync(file, '', { flag: 'a' });
    return file;
  } catch (error) {
    throw new Misuse(`--json: ${/** @type {Error} */ (error).message}`);
  }
}

/**
 * The TypeScript side. Its engine loads parts of itself when it needs them, so what imports it stays open until `close`.
 *
 * @returns {Promise<{golden: typeof import('../test/golden/node'), close: () => Promise<void>}>}
 */
async function importGolden() {
  const server = await createServer({ ...bare, appType: 'custom', optimizeDeps: { noDiscovery: true }, server: { middlewareMode: true, hmr: false, ws: false, watch: null } });
  const golden = /** @type {typeof import('../test/golden/node')} */ (await server.ssrLoadModule('/test/golden/node.ts'));
  return { golden, close: () => server.close() };
}

/**
 * A file that cannot be read is a failure of every engine that was to run it.
 *
 * @param {string} file
 * @param {string} reason
 * @param {Request} request
 * @returns {CaseVerdict[]}
 */
function unreadable(file, reason, { cpu, gpu }) {
  const failed = /** @type {const} */ ({ name: basename(file), kind: 'unreadable', status: 'fail', tensors: [], reason: `${file}: ${reason}` });
  return [...(cpu ? [/** @type {const} */ ({ ...failed, engine: 'cpu' })] : []), ...(gpu ? [/** @type {const} */ ({ ...failed, engine: 'gpu' })] : [])];
}

/**
 * The bytes of a file beside a case; names that lead elsewhere are refused.
 *
 * @param {Readable} each
 * @param {string} name
 */
function fileBeside({ file }, name) {
  if (basename(name) !== name) throw new Error(`${name} does not lie beside the case`);
  return readFileSync(join(dirname(file), name));
}

/**
 * @param {typeof import('../test/golden/node')} golden
 * @param {Readable[]} cases
 * @param {Request} request
 */
async function onReference({ engine, referencePieces, judge }, cases, { forward }) {
  const verdicts = [];
  for (const each of cases) {
    const bench = { engine, pieces: referencePieces, file: async (/** @type {string} */ name) => fileBeside(each, name) };
    verdicts.push(withFile(each, await judge(bench, each.golden, forward)));
  }
  return verdicts;
}

/**
 * One page and one engine for all cases; no browser is opened where no case can be run.
 *
 * @param {typeof import('../test/golden/node')} golden
 * @param {Readable[]} cases
 * @param {Request} request
 */
async function onGpu({ formsOf, unsupportedCase, unsupportedReason }, cases, { forward }) {
  /** @type {CaseVerdict[]} */
  const verdicts = [];
  const runnable = cases.filter(({ golden }) => {
    const reason = whyNot(() => unsupportedReason(golden));
    if (reason === undefined) return true;
    verdicts.push(...gpuNames(formsOf(golden.kind)).map((engine) => unsupportedCase(golden, engine, forward, reason)));
    return false;
  });
  if (!runnable.length) return verdicts;

  const found = await ensureChromium().catch((error) => {
    console.error(`validate: ${/** @type {Error} */ (error).message}`);
    return null;
  });
  if (!found) return [...verdicts, ...runnable.flatMap((each) => notRun(each, formsOf(each.golden.kind), 'no Chromium with WebGPU was found or could be installed; --engine cpu does without'))];
  const server = await createServer({ ...bare, appType: 'mpa', cacheDir: 'node_modules/.cache/rnn-heatmap/validate', optimizeDeps: { noDiscovery: true }, server: { host: '127.0.0.1', port: 0, hmr: false, watch: null } });
  const browser = await chromium.launch({ executablePath: found.executablePath, args: found.args });
  try {
    await server.listen();
    const page = await browser.newPage();
    page.on('pageerror', (error) => console.error(`validate: ${error.message}`));
    await page.exposeFunction('goldenFile', (/** @type {number} */ index, /** @type {string} */ name) => fileBeside(runnable[index], name).toString('base64'));
    await page.goto(`${server.resolvedUrls?.local[0]}test/golden/page.html`);
    await page.waitForFunction('globalThis.goldenPage');
    for (const [index, each] of runnable.entries()) {
      try {
        const judged = await page.evaluate(
          ({ text, name, index: at, forward: only }) => /** @type {{goldenPage: import('../test/golden/page').GoldenPage}} */ (/** @type {unknown} */ (globalThis)).goldenPage.judge(text, name, at, only),
          { text: each.text, name: each.name, index, forward },
        );
        verdicts.push(...judged.map((verdict) => withFile(each, verdict)));
      } catch (error) {
        verdicts.push(...notRun(each, formsOf(each.golden.kind), /** @type {Error} */ (error).message.split('\n')[0]));
      }
    }
    console.log(`GPU: ${await page.evaluate('globalThis.goldenPage.describe().catch((error) => error.message)')}`);
  } finally {
    await browser.close();
    await server.close();
  }
  return verdicts;
}

/** Why a case cannot be run; undefined if it can, or if running it will say what is wrong with it. @param {() => string | undefined} reason */
function whyNot(reason) {
  try {
    return reason();
  } catch {
    return undefined;
  }
}

/** What the GPU is called in verdicts on a case of these forms. @param {readonly RecurrentForm[]} forms @returns {EngineName[]} */
function gpuNames(forms) {
  return forms.length ? forms.map((form) => /** @type {const} */ (`gpu-${form}`)) : ['gpu'];
}

/**
 * @param {Readable} each
 * @param {readonly RecurrentForm[]} forms
 * @param {string} reason
 * @returns {CaseVerdict[]}
 */
function notRun({ file, golden: { name, kind } }, forms, reason) {
  return gpuNames(forms).map((engine) => ({ name, kind, engine, status: 'fail', tensors: [], reason: `${file}: ${reason}` }));
}

/**
 * A case that could not be judged is told by its file as well.
 *
 * @param {Readable} each
 * @param {CaseVerdict} verdict
 * @returns {CaseVerdict}
 */
function withFile({ file }, verdict) {
  return verdict.status === 'fail' && verdict.reason !== undefined ? { ...verdict, reason: `${file}: ${verdict.reason}` } : verdict;
}

/** @param {CaseVerdict[]} verdicts */
function printTable(verdicts) {
  /** @param {number | null} value */
  const number = (value) => (value === null ? '-' : value.toExponential(2));
  const rows = verdicts.flatMap(({ name, engine, status, tensors, reason }) =>
    reason === undefined
      ? tensors.map((tensor) => [name, engine, tensor.name, number(tensor.diff), number(tensor.bound), tensor.status])
      : [[name, engine, '', '', '', `${status}: ${reason}`]],
  );
  const head = ['case', 'engine', 'tensor', 'difference', 'bound', 'verdict'];
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => (column === 5 ? 0 : row[column].length))));
  for (const row of [head, ...rows]) console.log(row.map((text, column) => (column === 3 || column === 4 ? text.padStart(widths[column]) : text.padEnd(widths[column]))).join('  ').trimEnd());

  console.log('');
  const engines = [...new Set(verdicts.map(({ engine }) => engine))];
  for (const engine of engines) console.log(`${engine}: ${counted(verdicts.filter((verdict) => verdict.engine === engine))}`);
  console.log(`${verdicts.length ? 'all' : 'no cases'}: ${counted(verdicts)}`);
}

/** @param {CaseVerdict[]} verdicts */
function counted(verdicts) {
  /** @param {string} wanted */
  const count = (wanted) => verdicts.filter(({ status }) => status === wanted).length;
  return `${count('pass')} passed, ${count('fail')} failed, ${count('unsupported')} unsupported`;
}
