// @ts-check
// `npm run gallery`: trains the models that come with the page and writes them to public/models/, with
// how each was made in its metadata, and index.json beside them. In float64 on the CPU, so that no
// adapter matters; it takes a quarter of an hour or so.
//
//   node scripts/gallery.mjs [--only PATTERN]
//
// A model that does not do what it is kept for is not written, and the command ends with 1.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createServer } from 'vite';
import { galleryModels } from './gallery_models.mjs';

/** What a page may have to wait for. */
const MOST_BYTES = 300_000;
const PROGRESS_EVERY = 100;

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = join(root, 'public/models');
const { values } = parseArgs({ options: { only: { type: 'string' } } });
const only = new RegExp(values.only ?? '');
const chosen = galleryModels.filter(({ name }) => only.test(name));
if (chosen.length === 0) {
  console.error(`gallery: no model's name matches ${values.only}; there are ${galleryModels.map(({ name }) => name).join(', ')}`);
  process.exit(2);
}

const server = await createServer({ configFile: false, root, logLevel: 'error', appType: 'custom', server: { middlewareMode: true, hmr: false, watch: null, ws: false }, optimizeDeps: { noDiscovery: true } });
const door = /** @type {typeof import('../src/engine/index')} */ (await server.ssrLoadModule('/src/engine/index.ts'));
const engine = await door.createEngine({ device: 'cpu' });
let refused = 0;
for (const each of chosen) {
  console.log(`\n── ${each.name}`);
  const entry = await trained(each);
  if (entry) writeIndex(entry);
  else refused++;
}
engine.release();
await server.close();
process.exitCode = refused ? 1 : 0;

/** @param {import('./gallery_models.mjs').GalleryModel} made */
async function trained({ name, title, task: taskName, taskOptions, layers, embedding, seed, updates, training, measure }) {
  const task = door.taskNamed(taskName).make(taskOptions);
  const input = 'vocab' in task.input ? { vocab: task.input.vocab, embedding } : task.input;
  const output = 'classes' in task.output ? { classes: task.output.classes } : { values: task.output.values };
  const spec = { input, layers, output, seed };
  const model = await engine.model(spec);
  const trainer = await model.trainer({ task, ...training });
  for (let done = 0; done < updates; done += PROGRESS_EVERY) {
    const { update, loss } = await trainer.steps(Math.min(PROGRESS_EVERY, updates - done));
    console.log(`update ${update} of ${updates}: loss ${loss[0].toFixed(4)}`);
  }
  await trainer.snapshot();
  const findings = await measure(door, model);
  for (const { measured, value, kept } of findings) console.log(`${kept ? 'kept' : 'not kept'}: ${measured} ${value.toFixed(3)}`);
  if (findings.some(({ kept }) => !kept)) return undefined;

  const found = findings.map(({ measured, value }) => `${measured}: ${value.toFixed(3)}`).join('; ');
  const about = { title, task: JSON.stringify({ name: taskName, ...taskOptions }), seed: String(seed), updates: String(updates), found, command: `npm run gallery -- --only ^${name}$` };
  const bytes = door.saveModel({ spec, weights: model.parameters, about });
  trainer.release();
  model.release();
  if (bytes.byteLength > MOST_BYTES) throw new Error(`${name}: ${bytes.byteLength} bytes, and ${MOST_BYTES} are the most`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}.safetensors`), bytes);
  return { name, title, task: taskName, updates, seed, found, bytes: bytes.byteLength };
}

/** Puts an entry in the place of the one of that name, in the order of the list. @param {{name: string}} entry */
function writeIndex(entry) {
  const path = join(folder, 'index.json');
  /** @type {{name: string}[]} */
  const before = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).models : [];
  const byName = new Map([...before, entry].map((model) => [model.name, model]));
  const models = galleryModels.flatMap(({ name }) => byName.get(name) ?? []);
  writeFileSync(path, `${JSON.stringify({ models }, null, 2)}\n`);
}
