// @ts-check
// `npm run check:package`: builds the package, packs it as npm would publish it, and has what was packed judged by
// publint (is package.json true of the files?) and Are the types wrong? (does every entry resolve, with its types?).
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { problemKindInfo } from '@arethetypeswrong/core/problems';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { buildPackage } from './build_package.mjs';
import { elementsIn } from './elements_manifest.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * Packs what was built, without building it again. Resolves to the tarball's path.
 *
 * @param {string} folder where it goes
 */
export function pack(folder) {
  const npm = process.env['npm_execpath'];
  const [program, ...before] = npm ? [process.execPath, npm] : ['npm'];
  const out = execFileSync(program, [...before, 'pack', '--ignore-scripts', '--json', '--pack-destination', folder], { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  const [{ filename, entryCount, size, unpackedSize }] = JSON.parse(out);
  console.log(`${filename}: ${entryCount} files, ${Math.round(size / 1000)} kB packed, ${Math.round(unpackedSize / 1000)} kB unpacked`);
  return join(folder, filename);
}

/** What publint finds. @param {ArrayBuffer} tarball @returns {Promise<string[]>} */
async function lies(tarball) {
  const { messages, pkg } = await publint({ pack: { tarball }, strict: true });
  return messages.map((message) => `publint: ${formatMessage(message, pkg) ?? message.code}`);
}

/**
 * What is wrong with the types, for modules under Node and for bundlers: the package has no CommonJS form.
 *
 * @param {Uint8Array} tarball
 * @returns {Promise<string[]>}
 */
async function wrongTypes(tarball) {
  const packed = createPackageFromTarballData(tarball);
  const manifest = JSON.parse(packed.readFile(`/node_modules/${packed.packageName}/dist/package/custom-elements.json`));
  const tags = elementsIn(manifest).map(({ tagName }) => tagName);
  const entrypoints = ['.', './engine', './define', './react', './rnn-heatmap.js', ...tags.flatMap((tag) => [`./elements/${tag}`, `./define/${tag}`])];
  const found = await checkPackage(packed, { entrypoints });
  if (!found.types) return ['attw: the package has no types'];
  return found.problems
    .filter((problem) => !('resolutionKind' in problem) || ['node16-esm', 'bundler'].includes(problem.resolutionKind))
    .map((problem) => `attw: ${problemKindInfo[problem.kind].title}: ${JSON.stringify(problem)}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await buildPackage();
  const folder = mkdtempSync(join(tmpdir(), 'rnn-heatmap-package-'));
  const tarball = readFileSync(pack(folder));
  rmSync(folder, { recursive: true });
  const found = [...(await lies(new Uint8Array(tarball).buffer)), ...(await wrongTypes(tarball))];
  for (const line of found) console.error(line);
  console.log(found.length === 0 ? 'the package is as it says it is' : `${found.length} things are wrong with the package`);
  process.exit(found.length > 0 ? 1 : 0);
}
