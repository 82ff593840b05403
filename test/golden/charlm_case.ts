/** The golden kind `charlm`: a character language model in a safetensors file, read, scored and continued. */
import { headScores, layerStates, openModel, type Engine, type Model, type RecurrentForm, type Tape, type Tensor } from '../../src/engine/index';
import type { Bench } from './bench';
import { MalformedCase, type GoldenCase } from './golden_case';
import type { Output, Outputs } from './run_case';

interface Greedy {
  readonly prompt: string;
  readonly steps: number;
  readonly text: string;
}

interface Agreement {
  readonly prefix: string;
  readonly singular: string;
  readonly plural: string;
  readonly logp_singular: number;
  readonly logp_plural: number;
}

/** States, scores and surprise on the case's strings; its greedy continuations, and the verbs it expects. */
export async function runCharacters(bench: Bench, { config, groups, tensors }: GoldenCase, form: RecurrentForm | undefined): Promise<Outputs> {
  const alphabet = [...String(config.alphabet)];
  const { model, read } = await opened(bench.engine, await bench.file(String(config.weights)), alphabet, form);
  try {
    const outputs: Outputs = new Map();
    for (const name of groups.inputs ?? []) await addString(outputs, read, name.replace(/\.ids$/, ''), Array.from(tensors[name].data));
    for (const greedy of (config.greedy ?? []) as Greedy[]) outputs.set(`greedy "${greedy.prompt}"`, await continued(read, alphabet, greedy));
    for (const agreement of (config.agreement ?? []) as Agreement[]) outputs.set(`agreement "${agreement.prefix}"`, await expectedVerbs(read, alphabet, agreement));
    return outputs;
  } finally {
    model.release();
  }
}

/** A run over tokens, from the states of another one if given. */
type Reader = (ids: readonly number[], from?: Tape) => Promise<Tape>;

async function opened(engine: Engine, file: Uint8Array, alphabet: readonly string[], form: RecurrentForm | undefined): Promise<{ model: Model; read: Reader }> {
  const { spec, weights, vocabulary } = openModel(file);
  if (vocabulary?.join() !== alphabet.join()) throw new MalformedCase(`the file's alphabet is ${JSON.stringify(vocabulary)}`);
  const model = await engine.model(spec, { weights });
  const read: Reader = async (ids, from) => {
    const states = layerStates(model.shape.layers[0]);
    const initial = from && Object.fromEntries(await Promise.all(states.map(async ({ name }) => [`${name}0`, await row(from, `${name}_n`)] as const)));
    return model.run({ tokens: { shape: [ids.length, 1], data: ids }, ...initial }, { form });
  };
  return { model, read };
}

async function addString(outputs: Outputs, read: Reader, name: string, ids: readonly number[]): Promise<void> {
  const tape = await read(ids);
  const scores = await scoresOf(tape);
  for (const { name: state } of layerStates(tape.model.shape.layers[0])) {
    const { shape, data } = await row(tape, state);
    outputs.set(`${name}.${state}`, { shape: [shape[0], shape[2]], data });
    const final = await row(tape, `${state}_n`);
    outputs.set(`${name}.${state}_n`, { shape: [1, final.shape[2]], data: final.data });
  }
  outputs.set(`${name}.logits`, { shape: [ids.length, scores[0].length], data: scores.flat() });
  outputs.set(`${name}.nll`, { shape: [ids.length - 1], data: ids.slice(1).map((next, t) => -logProbability(scores[t], next)) });
  tape.release();
}

/** Always the likeliest character: as codes, against those of the text the case has. */
async function continued(read: Reader, alphabet: readonly string[], { prompt, steps, text }: Greedy): Promise<Output> {
  let tape = await read(idsOf(alphabet, prompt));
  const found = [...prompt];
  for (let k = 0; k < steps; k++) {
    const last = (await scoresOf(tape)).at(-1)!;
    const next = last.indexOf(Math.max(...last));
    found.push(alphabet[next]);
    const before = tape;
    tape = await read([next], before);
    before.release();
  }
  tape.release();
  const codes = (characters: readonly string[]): Tensor => ({ shape: [characters.length], data: characters.map((character) => alphabet.indexOf(character)) });
  return { ...codes(found), expected: codes([...text]) };
}

/** The log-probabilities of the singular and the plural verb, letter by letter. */
async function expectedVerbs(read: Reader, alphabet: readonly string[], { prefix, singular, plural, logp_singular, logp_plural }: Agreement): Promise<Output> {
  const found: number[] = [];
  for (const verb of [singular, plural]) {
    const tape = await read(idsOf(alphabet, prefix + verb));
    const scores = await scoresOf(tape);
    tape.release();
    const letters = idsOf(alphabet, verb);
    found.push(letters.reduce((sum, letter, i) => sum + logProbability(scores[prefix.length - 1 + i], letter), 0));
  }
  return { shape: [2], data: found, expected: { shape: [2], data: [logp_singular, logp_plural] } };
}

/** A signal of the one sequence, [T, 1, H] or [1, 1, H]. */
async function row(tape: Tape, name: string): Promise<Tensor> {
  const signal = tape.signal(name);
  const data = await signal.read();
  return { shape: [data.length / signal.shape.at(-1)!, 1, signal.shape.at(-1)!], data };
}

/** [T][C] */
async function scoresOf(tape: Tape): Promise<number[][]> {
  const { shape, data } = await headScores(tape);
  const classes = shape[3];
  return Array.from({ length: shape[1] }, (_, t) => Array.from(data.subarray(t * classes, (t + 1) * classes)));
}

function logProbability(scores: readonly number[], k: number): number {
  const largest = Math.max(...scores);
  return scores[k] - largest - Math.log(scores.reduce((sum, score) => sum + Math.exp(score - largest), 0));
}

function idsOf(alphabet: readonly string[], text: string): number[] {
  return [...text].map((character) => alphabet.indexOf(character));
}
