/** A golden case as a model and an input of ours, and a run of it as the case's tensors. */
import { cells, recurrentLayer, type Cell, type Cotangents, type Direction, type Engine, type ModelSpec, type RecurrentForm, type RunInputs, type StateDict, type Tape, type Tensor } from '../../src/engine/index';
import { MalformedCase, type GoldenCase } from './golden_case';
import type { Output } from './run_case';

/** What is needed to run a case. */
export interface RecurrentCase {
  readonly spec: ModelSpec;
  readonly weights: StateDict;
  readonly inputs: RunInputs;
  readonly batchFirst: boolean;
}

/** Why a case cannot be run here. */
export interface Unsupported {
  readonly unsupported: string;
}

/** Whether a kind is a recurrence over time, which the GPU carries out in two forms, whether we have its cell or not. */
export function isRecurrent(kind: string): boolean {
  return /^(rnn|lstm|gru)(_|$)/.test(kind);
}

/** Reads a case's configuration. Throws MalformedCase where it contradicts the tensors. */
export function recurrentCase({ kind, config, groups, tensors }: GoldenCase): RecurrentCase | Unsupported {
  const cell = cellOf(kind, config);
  if ('unsupported' in cell) return cell;
  const projectable = cell.states.some(({ name }) => name === 'c');
  for (const option of ['dropout', 'peephole', 'peepholes', 'layer_norm', ...(projectable ? [] : ['proj_size'])]) {
    if (config[option]) return { unsupported: `${option} ${String(config[option])}` };
  }
  const weights = Object.fromEntries((groups.params ?? []).map((name) => [name, tensors[name]]));
  const kinds = ['weight_ih', 'weight_hh', 'bias_ih', 'bias_hh', ...(projectable ? ['weight_hr'] : []), ...(cell.unitParameters ?? []).map((name) => `weight_${name}`)];
  const unknown = Object.keys(weights).filter((name) => !kinds.includes(name.replace(/_l\d+(_reverse)?$/, '')));
  if (unknown.length) return { unsupported: `the parameter ${unknown.join(', ')}` };

  const x = given('x', { groups, tensors });
  const recurrent = weights.weight_hh_l0;
  if (!x || x.shape.length !== 3) throw new MalformedCase('x of three dimensions is missing');
  if (!recurrent || recurrent.shape.length !== 2) throw new MalformedCase('weight_hh_l0 of two dimensions is missing');
  const batchFirst = Boolean(config.batch_first);
  const layers = Number(config.num_layers ?? Object.keys(weights).filter((name) => /^weight_hh_l\d+$/.test(name)).length);
  if (!Number.isInteger(layers) || layers < 1 || layers > 1000) throw new MalformedCase(`num_layers is ${String(config.num_layers)}`);
  const projection = Number(config.proj_size ?? weights.weight_hr_l0?.shape[0] ?? 0);
  const layer = {
    cell: cell.name,
    hidden: Number(config.hidden_size ?? recurrent.shape[0] / cell.gates.length),
    projection: projection || undefined,
    bidirectional: Boolean(config.bidirectional ?? 'weight_ih_l0_reverse' in weights),
    bias: Boolean(config.bias ?? 'bias_ih_l0' in weights),
  };
  const lengths = given('lengths', { groups, tensors })?.data ?? (config.lengths as number[] | undefined) ?? undefined;
  const started = config.has_initial_state !== false;
  return {
    spec: { input: { size: Number(config.input_size ?? x.shape[2]) }, layers: Array.from({ length: layers }, () => layer) },
    weights,
    inputs: {
      x: batchFirst ? swapped(x) : x,
      lengths,
      h0: started ? given('h0', { groups, tensors }) : undefined,
      c0: started ? given('c0', { groups, tensors }) : undefined,
    },
    batchFirst,
  };
}

function cellOf(kind: string, { nonlinearity = 'tanh' }: GoldenCase['config']): Cell | Unsupported {
  const activation = String(nonlinearity);
  const ofActivation: Record<string, string> = { tanh: 'rnn', relu: 'rnn_relu', linear: 'rnn_linear', identity: 'rnn_linear' };
  const name = kind === 'rnn' ? ofActivation[activation] : kind;
  if (name === undefined) return { unsupported: `nonlinearity ${activation}` };
  return cells.find((cell) => cell.name === name) ?? { unsupported: `the kind ${kind}` };
}

function given(name: string, { groups, tensors }: Pick<GoldenCase, 'groups' | 'tensors'>): Tensor | undefined {
  return groups.inputs?.includes(name) ? tensors[name] : undefined;
}

/**
 * Runs a case and returns what it leaves behind, by the golden format's names.
 * @param form - the recurrent form to force on the GPU; undefined for the reference
 * @param forward - leave out gradients
 */
export async function runRecurrentCase(engine: Engine, golden: GoldenCase, run: RecurrentCase, form: RecurrentForm | undefined, forward: boolean): Promise<Map<string, Output>> {
  const model = await engine.model(run.spec, { weights: run.weights });
  try {
    const tape = await model.run(run.inputs, { form });
    try {
      if (form && tape.plan.forms.some((used) => used !== form)) throw new Error(`asked for the ${form} form, ran as ${tape.plan.forms.join(', ')}`);
      const outputs = await outputsOf(tape, golden, run);
      const cotangents = forward ? {} : cotangentsOf(golden, tape, run);
      if (Object.keys(cotangents).length === 0) return outputs;
      await tape.backward(cotangents);
      return new Map([...outputs, ...(await gradientsOf(tape, run))]);
    } finally {
      tape.release();
    }
  } finally {
    model.release();
  }
}

function cellOfTape({ model: { shape } }: Tape): Cell {
  return recurrentLayer(shape, 0, 'it is no recurrent case').cell;
}

async function outputsOf(tape: Tape, golden: GoldenCase, { batchFirst, inputs }: RecurrentCase): Promise<Map<string, Output>> {
  const { layers } = tape.model.shape;
  const outputs = new Map<string, Output>();
  const y = await timeMajor(tape, 'y');
  outputs.set('y', batchFirst ? swapped(y) : y);
  for (const { name } of cellOfTape(tape).states) outputs.set(`${name}_n`, await finalStates(tape, `${name}_n`));
  const loss = lossOf(golden, outputs, batchFirst, inputs.lengths);
  if (loss) outputs.set('loss', loss);
  if (layers.length > 1) return outputs; // the format states steps for one layer only
  for (const { name, kind, direction } of tape.signals) {
    if (kind !== 'state' && kind !== 'gate' && kind !== 'pre-activation') continue;
    outputs.set(`${direction === 'forward' ? 'step' : 'step_reverse'}.${name}`, await timeMajor(tape, name, direction));
  }
  return outputs;
}

/** L = sum(y·R) + sum(h_n·S) + sum(c_n·Q): R, S and Q are what arrives at y, h_n and c_n. R holds garbage at padding. */
function cotangentsOf({ groups, tensors }: GoldenCase, tape: Tape, { batchFirst, inputs }: RecurrentCase): Cotangents {
  const cotangent = (name: string) => (groups.cotangents?.includes(name) ? tensors[name] : undefined);
  const [R, S, Q] = [cotangent('R'), cotangent('S'), cotangent('Q')];
  const { states } = cellOfTape(tape);
  return {
    ...(R && { d_y: withoutPadding(batchFirst ? swapped(R) : R, inputs.lengths) }),
    ...(S && { d_h_n: S }),
    ...(Q && states.some(({ name }) => name === 'c') && { d_c_n: Q }),
  };
}

function withoutPadding({ shape, data }: Tensor, lengths: ArrayLike<number> | undefined): Tensor {
  const [, sequences, width] = shape;
  const exists = (i: number) => !lengths || Math.floor(i / width / sequences) < lengths[Math.floor(i / width) % sequences];
  return { shape, data: Array.from(data, (value, i) => (exists(i) ? value : 0)) };
}

async function gradientsOf(tape: Tape, { batchFirst }: RecurrentCase): Promise<Map<string, Tensor>> {
  const { layers } = tape.model.shape;
  const { cell, directions } = recurrentLayer(tape.model.shape, 0, 'it is no recurrent case');
  const outputs = new Map<string, Tensor>();
  const d_x = await timeMajor(tape, 'd_x', 'forward', 0);
  outputs.set('grad.x', batchFirst ? swapped(d_x) : d_x);
  for (const { name } of cell.states) outputs.set(`grad.${name}0`, await finalStates(tape, `d_${name}0`));
  for (const [name, tensor] of await tape.gradients()) outputs.set(`grad.${name}`, tensor);
  if (layers.length > 1) return outputs;

  const gates = cell.gates.map(({ name }) => name);
  const split = gates.length - (cell.splitGates ?? 0);
  for (const direction of directions === 2 ? (['forward', 'reverse'] as const) : (['forward'] as const)) {
    const prefix = direction === 'forward' ? 'step' : 'step_reverse';
    for (const { name } of cell.states) outputs.set(`${prefix}.d${name}`, await timeMajor(tape, `d_${name}`, direction));
    outputs.set(`${prefix}.dgx`, await sideBySide(tape, gates.map((gate) => `d_a_${gate}`), direction));
    outputs.set(`${prefix}.dgh`, await sideBySide(tape, gates.map((gate, g) => (g < split ? `d_a_${gate}` : `d_a_hh.${gate}`)), direction));
  }
  return outputs;
}

/** Signals [T, B, H] as [T, B, G·H]. */
async function sideBySide(tape: Tape, names: readonly string[], direction: Direction): Promise<Tensor> {
  const blocks = await Promise.all(names.map((name) => timeMajor(tape, name, direction)));
  const [steps, sequences, width] = blocks[0].shape;
  const rows = Array.from({ length: steps * sequences }, (_, row) => blocks.flatMap(({ data }) => Array.prototype.slice.call(data, row * width, (row + 1) * width) as number[]));
  return { shape: [steps, sequences, width * blocks.length], data: rows.flat() };
}

async function timeMajor(tape: Tape, name: string, direction: Direction = 'forward', layer?: number): Promise<Tensor> {
  const signal = tape.signal(name, { direction, layer });
  return { shape: signal.shape.slice(1), data: await signal.read() };
}

/** [layers·directions, B, H], PyTorch's order of rows. */
async function finalStates(tape: Tape, name: string): Promise<Tensor> {
  const rows = tape.signals.filter((signal) => signal.name === name);
  const values = await Promise.all(rows.map(({ layer, direction }) => tape.signal(name, { layer, direction }).read()));
  return { shape: [rows.length, ...rows[0].shape.slice(1)], data: values.flatMap((row) => Array.from(row)) };
}

/** sum(y·R) + sum(h_n·S) + sum(c_n·Q), over the steps there are: R holds garbage beyond a sequence's length. */
function lossOf({ tensors, groups }: GoldenCase, outputs: ReadonlyMap<string, Tensor>, batchFirst: boolean, lengths?: ArrayLike<number>): Output | undefined {
  const pairs = [
    ['y', 'R'],
    ['h_n', 'S'],
    ['c_n', 'Q'],
  ].filter(([output, cotangent]) => groups.cotangents?.includes(cotangent) && outputs.has(output));
  if (!pairs.length) return undefined;
  let sum = 0;
  let magnitude = 0;
  for (const [output, cotangent] of pairs) {
    const { shape, data } = outputs.get(output)!;
    const factors = tensors[cotangent];
    if (factors.data.length !== data.length) throw new MalformedCase(`${cotangent} has ${factors.data.length} values, ${output} has ${data.length}`);
    const width = shape[2];
    for (let i = 0; i < data.length; i++) {
      const row = Math.floor(i / width);
      const [t, b] = batchFirst ? [row % shape[1], Math.floor(row / shape[1])] : [Math.floor(row / shape[1]), row % shape[1]];
      if (output === 'y' && lengths && t >= lengths[b]) continue;
      sum += data[i] * factors.data[i];
      magnitude += Math.abs(data[i] * factors.data[i]);
    }
  }
  return { shape: [], data: [sum], magnitude };
}

/** Exchanges the first two of three axes: [B, T, n] ↔ [T, B, n]. */
export function swapped({ shape: [first, second, width], data }: Tensor): Tensor {
  const values = new Float64Array(data.length);
  for (let i = 0; i < first; i++) {
    for (let j = 0; j < second; j++) {
      for (let k = 0; k < width; k++) values[(j * first + i) * width + k] = data[(i * second + j) * width + k];
    }
  }
  return { shape: [second, first, width], data: values };
}
