// @ts-check
// The models that come with the page: what each is, how it is trained, and what is measured of it before it is kept.
// scripts/gallery.mjs trains them; each is made by its seeds alone, and so is the same wherever it is made.

/**
 * @typedef {typeof import('../src/engine/index')} EngineDoor
 * @typedef {import('../src/engine/index').Model} Model
 * @typedef {{measured: string, value: number, kept: boolean}} Finding what was measured, and whether it is what the model is kept for
 * @typedef {object} GalleryModel
 * @property {string} name of the file, in public/models/
 * @property {string} title
 * @property {string} task
 * @property {import('../src/engine/index').TaskOptions} taskOptions
 * @property {import('../src/engine/index').LayerSpec[]} layers
 * @property {number} embedding
 * @property {number} seed of the weights
 * @property {number} updates
 * @property {Omit<import('../src/engine/index').TrainerOptions, 'task'>} training
 * @property {(door: EngineDoor, model: Model) => Promise<Finding[]>} measure
 */

/** @param {number} lr @param {number} updates */
const cosine = (lr, updates) => ({ optimizer: { name: 'adam', lr }, schedule: /** @type {const} */ ({ name: 'cosine', updates, floor: 0.1, warmUp: 30 }), clip: 1 });

/** @param {number} sequences @returns {Pick<GalleryModel, 'task' | 'taskOptions'>} */
const agreement = (sequences) => ({ task: 'agreement', taskOptions: { seed: 1, sequences } });

/**
 * Errors at the verb over nouns of the other number in between, and over so many words of any kind.
 *
 * @param {number} most the largest part of errors for which the model is kept
 * @param {number[]} distances
 * @returns {GalleryModel['measure']}
 */
const agreementErrors = (most, distances) => async (door, model) => {
  const plans = [1, 2, 3, 4].map((modifiers) => ({ modifiers, attractors: /** @type {const} */ ('opposite') }));
  const far = distances.map((distance) => ({ distance, attractors: /** @type {const} */ ('drawn') }));
  const findings = [];
  for (const plan of [...plans, ...far]) {
    const set = door.agreementSet(plan);
    const tape = await model.run({ tokens: set.tokens });
    const [odds] = door.verbLogOdds(set, await door.headScores(tape));
    tape.release();
    const value = door.agreementErrorRate(odds);
    const what = 'distance' in plan ? `${plan.distance} words in between` : `${plan.modifiers} misleading nouns`;
    findings.push({ measured: `errors at the verb, ${what}`, value, kept: value <= most });
  }
  return findings;
};

/** Which cell of an LSTM goes with the column, and which with the quotes: the largest |r| over its units, on text it never read. @type {GalleryModel['measure']} */
const meaningfulCells = async (door, model) => {
  const [steps, skipped, sequences] = [192, 64, 30];
  const characters = [...door.wrappedQuotes({ length: 20_000, seed: 99 })];
  const { input } = model.shape;
  const alphabet = 'embedding' in input && typeof input.vocab === 'object' ? input.vocab : [];
  const { column, quoted } = door.textPlaces(characters);
  const place = (/** @type {number} */ t, /** @type {number} */ b) => 3 * steps * b + t;
  const tokens = { shape: [steps, sequences], data: Int32Array.from({ length: steps * sequences }, (_, i) => alphabet.indexOf(characters[place(Math.floor(i / sequences), i % sequences)])) };
  const tape = await model.run({ tokens });
  const c = tape.signal('c');
  const [values, width] = [await c.read(), c.shape[3]];
  tape.release();
  const rows = Array.from({ length: (steps - skipped) * sequences }, (_, i) => i + skipped * sequences);
  const best = (/** @type {ArrayLike<number>} */ truth) => {
    const told = rows.map((row) => truth[place(Math.floor(row / sequences), row % sequences)]);
    const strengths = Array.from({ length: width }, (_, unit) => Math.abs(correlation(rows.map((row) => values[row * width + unit]), told)));
    return Math.max(...strengths);
  };
  return [
    { measured: 'largest |r| of a cell with the column', value: best(column), kept: best(column) >= 0.85 },
    { measured: 'largest |r| of a cell with being quoted', value: best(quoted), kept: best(quoted) >= 0.85 },
  ];
};

/** @type {GalleryModel['measure']} */
const addingError = async (door, model) => {
  const task = door.taskNamed('adding').make({ seed: 2, sequences: 1, settings: { length: 30 } });
  const { inputs, targets } = task.heldOut(200);
  if (!('x' in inputs) || !('values' in targets)) throw new Error('adding: vectors in and numbers out');
  const tape = await model.run({ x: inputs.x });
  const { shape, data } = await door.headScores(tape);
  tape.release();
  const last = (shape[1] - 1) * shape[2];
  let sum = 0;
  for (let b = 0; b < shape[2]; b++) sum += (data[last + b] - targets.values.data[last + b]) ** 2;
  const value = sum / shape[2];
  return [{ measured: `mean squared error (chance ${task.chance.toFixed(3)})`, value, kept: value <= task.chance / 10 }];
};

/** @type {readonly GalleryModel[]} */
export const galleryModels = [
  {
    name: 'agreement-rnn',
    title: 'Plain RNN that agrees: a verb with its noun, up to 80 words back',
    ...agreement(48),
    layers: [{ cell: 'rnn', hidden: 32, start: 'orthogonal' }],
    embedding: 32,
    seed: 3,
    updates: 1_200,
    training: cosine(5e-3, 2_000),
    measure: agreementErrors(0.02, [20, 50, 80]),
  },
  {
    name: 'agreement-lstm',
    title: 'LSTM that agrees: a verb with its noun',
    ...agreement(48),
    layers: [{ cell: 'lstm', hidden: 32, gateBias: { f: 1 } }],
    embedding: 32,
    seed: 1,
    updates: 600,
    training: cosine(5e-3, 600),
    measure: agreementErrors(0.02, [20, 50, 80]),
  },
  {
    name: 'agreement-gru',
    title: 'GRU that agrees: a verb with its noun',
    ...agreement(48),
    layers: [{ cell: 'gru', hidden: 32, gateBias: { z: 1 } }],
    embedding: 32,
    seed: 1,
    updates: 800,
    training: cosine(5e-3, 800),
    measure: agreementErrors(0.02, [20, 50, 80]),
  },
  {
    name: 'agreement-attention',
    title: 'Two layers of attention that agree: a verb with its noun',
    ...agreement(48),
    layers: [1, 2].map(() => ({ block: 'attention', heads: 2, mlp: 2, positions: 'rotary' })),
    embedding: 32,
    seed: 1,
    updates: 800,
    training: cosine(5e-3, 800),
    measure: agreementErrors(0.02, [20]),
  },
  {
    name: 'agreement-mamba',
    title: 'Mamba that agrees: a verb with its noun',
    ...agreement(48),
    layers: [1, 2].map(() => ({ block: 'mamba', state: 8 })),
    embedding: 32,
    seed: 1,
    updates: 800,
    training: cosine(5e-3, 800),
    measure: agreementErrors(0.05, [20]),
  },
  {
    name: 'characters-lstm',
    title: 'LSTM that reads characters: one cell counts the line, others know what is quoted',
    task: 'characters',
    taskOptions: { seed: 1, sequences: 32 },
    layers: [{ cell: 'lstm', hidden: 64, gateBias: { f: 1 } }],
    embedding: 24,
    seed: 1,
    updates: 700,
    training: cosine(5e-3, 800),
    measure: meaningfulCells,
  },
  {
    name: 'adding-lstm',
    title: 'LSTM that adds two marked numbers out of 30',
    task: 'adding',
    taskOptions: { seed: 1, sequences: 32, settings: { length: 30 } },
    layers: [{ cell: 'lstm', hidden: 32, gateBias: { f: 1 } }],
    embedding: 0,
    seed: 1,
    updates: 700,
    training: { optimizer: { name: 'adam', lr: 1e-2 }, clip: 1 },
    measure: addingError,
  },
];

/** Pearson's r. @param {number[]} one @param {number[]} other */
function correlation(one, other) {
  const mean = (/** @type {number[]} */ values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [a, b] = [mean(one), mean(other)];
  let [together, ofOne, ofOther] = [0, 0, 0];
  for (let i = 0; i < one.length; i++) {
    together += (one[i] - a) * (other[i] - b);
    ofOne += (one[i] - a) ** 2;
    ofOther += (other[i] - b) ** 2;
  }
  return together / Math.sqrt(ofOne * ofOther || 1);
}
