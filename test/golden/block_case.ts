/**
 * A golden case of attention, a scan or another block as a layer of ours and an input, and a run of it as the case's
 * tensors. Most golden tensors have the batch first, scans have channels before steps; inside all is [T, B, width].
 */
import type { BlockOptions, Engine, Tensor } from '../../src/engine/index';
import { MalformedCase, type GoldenCase } from './golden_case';
import type { Outputs } from './run_case';

/** A layer, what its parameters are, and what it reads. */
export interface BlockCase {
  readonly block: string;
  readonly options: BlockOptions;
  /** By the block's own names. */
  readonly parameters: Readonly<Record<string, Tensor>>;
  /** [T, B, inputs] */
  readonly x: Tensor;
  /** [B, width] by name. */
  readonly states: Readonly<Record<string, Tensor>>;
  /** ∂L/∂: [T, B, width] at the output, [B, width] at the states after the last step. */
  readonly d_y: Tensor;
  readonly d_states: Readonly<Record<string, Tensor>>;
}

/** What a run of a case leaves behind, wherever it was run. */
export interface BlockRun {
  /** [T, B, width] */
  signal(name: string): Promise<Tensor>;
  /** ∂L/∂ a signal, [T, B, width]. */
  d_signal(name: string): Promise<Tensor>;
  /** [B, width] after the last step, and ∂L/∂ the state before the first. */
  final(name: string): Promise<Tensor>;
  d_initial(name: string): Promise<Tensor>;
  d_parameter(name: string): Promise<Tensor>;
}

/** Which axis of a golden tensor is what; `c` and what comes after it are the axes of a row. */
type Axes = string;

interface Kind {
  /** What the layer reads, side by side. */
  readonly inputs: readonly (readonly [name: string, axes: Axes])[];
  readonly output: Axes;
  readonly options: BlockOptions & { readonly block: string };
  /** Golden names of states and ours, before and after. */
  readonly states: readonly { readonly before?: string; readonly after: string; readonly state: string }[];
}

function kindOf({ kind, config, groups }: GoldenCase): Kind | undefined {
  const batchFirst = 'btc';
  switch (kind) {
    case 'mha':
      return { inputs: [['x', batchFirst]], output: batchFirst, options: { block: 'attention', norm: 'none', heads: config.num_heads, bias: config.bias }, states: [] };
    case 'sdpa':
      return { inputs: ['q', 'k', 'v'].map((name) => [name, 'bctd'] as const), output: 'bctd', options: { block: 'sdpa', heads: config.num_heads }, states: [] };
    case 'mamba_scan': {
      const constant = config.bc_layout === 'dn';
      const side = config.bc_layout === 'bgnl' ? 'bcdt' : 'bct';
      const shared = constant ? config.dim : config.groups;
      const sides = constant ? [] : [['B', side] as const, ['C', side] as const];
      return {
        inputs: [['u', 'bct'], ['delta', 'bct'], ...sides, ...(config.has_z ? [['z', 'bct'] as const] : [])],
        output: 'bct',
        options: {
          block: 'selective_scan',
          state: config.state,
          groups: shared,
          selection: constant ? 'constant' : 'input',
          gate: config.has_z,
          skip: config.has_D,
          deltaBias: config.has_delta_bias,
          softplus: config.delta_softplus,
        },
        states: [{ before: groups.inputs.includes('h0') ? 'h0' : undefined, after: 'last_state', state: 'h' }],
      };
    }
    case 'mamba_block':
      return {
        inputs: [['x', batchFirst]],
        output: batchFirst,
        options: { block: 'mamba', norm: 'none', state: config.d_state, conv: config.d_conv, expand: config.expand, rank: config.dt_rank, convBias: config.conv_bias, bias: config.bias },
        states: [
          { after: 'conv_state', state: 'conv' },
          { after: 'ssm_state', state: 'h' },
        ],
      };
    case 'block': // our own (golden/write.py): time-major, and any block there is
      return { inputs: [['x', 'tbc']], output: 'tbc', options: { ...(config.options as BlockOptions), block: String(config.block) }, states: [] };
    default:
      return undefined;
  }
}

/** Whether a case is of a kind that is a block here. */
export function isBlockCase(golden: GoldenCase): boolean {
  return kindOf(golden) !== undefined;
}

/** Reads a case. Throws MalformedCase where its tensors are not what its kind has. */
export function blockCase(golden: GoldenCase): BlockCase {
  const kind = kindOf(golden);
  if (!kind) throw new MalformedCase(`${golden.kind} is no kind of block`);
  const { groups, tensors } = golden;
  const { block, ...options } = kind.options;
  const read = kind.inputs.map(([name, axes]) => rows(given(golden, name), axes));
  const inputs = new Set([...kind.inputs.map(([name]) => name), ...kind.states.map(({ before }) => before)]);
  const parameters = [...(groups.params ?? []), ...groups.inputs.filter((name) => !inputs.has(name))];
  const states = kind.states.flatMap(({ before, state }) => (before ? [[state, asRow(given(golden, before))] as const] : []));
  const last = golden.kind === 'mamba_scan' ? kind.states.map(({ state }) => [state, asRow(given(golden, 'S'))] as const) : [];
  return {
    block,
    options,
    parameters: Object.fromEntries(parameters.map((name) => [name, tensors[name]])),
    x: sideBySide(read),
    states: Object.fromEntries(states),
    d_y: rows(given(golden, 'R'), kind.output),
    d_states: Object.fromEntries(last),
  };
}

/** Runs a case as a model of one layer, and returns what it leaves behind. @param forward - leave out gradients */
export async function runBlockCase(engine: Engine, golden: GoldenCase, forward: boolean): Promise<Outputs> {
  const { block, options, parameters, x, states, d_y, d_states } = blockCase(golden);
  const weights = Object.fromEntries(Object.entries(parameters).map(([name, tensor]) => [`layers.0.${name}`, tensor]));
  const model = await engine.model({ input: { size: x.shape[2] }, layers: [{ ...options, block }] }, { weights });
  try {
    const ofLayer = (ofStates: Readonly<Record<string, Tensor>>) => [Object.fromEntries(Object.entries(ofStates).map(([name, { shape, data }]) => [name, { shape: [1, ...shape], data }]))];
    const tape = await model.run({ x, states: ofLayer(states) });
    if (!forward) await tape.backward({ d_y, d_states: ofLayer(d_states) });
    const read = async (name: string): Promise<Tensor> => {
      const signal = tape.signal(name);
      return { shape: signal.shape.slice(1), data: await signal.read() };
    };
    const run: BlockRun = {
      signal: read,
      d_signal: (name) => read(`d_${name}`),
      final: (name) => read(`${name}_n`),
      d_initial: (name) => read(`d_${name}0`),
      d_parameter: async (name) => (await tape.gradients()).get(`layers.0.${name}`)!,
    };
    return await blockOutputs(golden, run, forward);
  } finally {
    model.release();
  }
}

/** Everything a case asks for, by the golden format's names. @param forward - leave out gradients */
export async function blockOutputs(golden: GoldenCase, run: BlockRun, forward = false): Promise<Map<string, Tensor>> {
  const kind = kindOf(golden)!;
  const { groups, tensors } = golden;
  const wanted = [...groups.expected, ...groups.grads, ...(groups.steps ?? [])];
  const y = await run.signal('y');
  const outputs = new Map<string, Tensor>();
  const put = (name: string, values: Tensor) => wanted.includes(name) && outputs.set(name, values);

  put('y', asGolden(y, kind.output, tensors.y.shape));
  if (wanted.includes('attn')) put('attn', asGolden(await run.signal('attn'), 'bctd', tensors.attn.shape));
  for (const { after, state } of kind.states) if (wanted.includes(after)) put(after, { shape: tensors[after].shape, data: (await run.final(state)).data });
  if (wanted.includes('step.h')) put('step.h', { shape: tensors['step.h'].shape, data: (await run.signal('h')).data });
  let loss = dot(y, rows(given(golden, 'R'), kind.output));
  if (golden.kind === 'mamba_scan') loss += dot(await run.final('h'), given(golden, 'S'));
  put('loss', { shape: tensors.loss.shape, data: [loss] });
  if (forward) return outputs;

  if (wanted.includes('step.dh')) put('step.dh', { shape: tensors['step.dh'].shape, data: (await run.d_signal('h')).data });

  const d_x = await run.d_signal('x');
  let from = 0;
  for (const [name, axes] of kind.inputs) {
    const width = rows(tensors[name], axes).shape[2];
    put(`grad.${name}`, asGolden(part(d_x, from, width), axes, tensors[name].shape));
    from += width;
  }
  for (const { before, state } of kind.states) if (before) put(`grad.${before}`, { shape: tensors[before].shape, data: (await run.d_initial(state)).data });
  for (const name of Object.keys(blockCase(golden).parameters)) put(`grad.${name}`, { shape: tensors[name].shape, data: (await run.d_parameter(name)).data });
  return outputs;
}

function given({ tensors }: GoldenCase, name: string): Tensor {
  if (!tensors[name]) throw new MalformedCase(`${name} is missing`);
  return tensors[name];
}

/** Walks a tensor whose axes are named: where entry i of row (t, b) is. */
function* entriesOf(shape: readonly number[], axes: Axes): Generator<{ golden: number; t: number; b: number; i: number }, void> {
  if (shape.length !== axes.length) throw new MalformedCase(`a tensor of ${shape.length} axes where ${axes.length} belong`);
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, n) => product * n, 1));
  const count = shape.reduce((product, n) => product * n, 1);
  const inner = axes.includes('d') ? shape[axes.indexOf('d')] : 1;
  for (let golden = 0; golden < count; golden++) {
    const place = (axis: string) => (axes.includes(axis) ? Math.floor(golden / strides[axes.indexOf(axis)]) % shape[axes.indexOf(axis)] : 0);
    yield { golden, t: place('t'), b: place('b'), i: place('c') * inner + place('d') };
  }
}

/** [T, B, width] of a golden tensor. */
function rows({ shape, data }: Tensor, axes: Axes): Tensor {
  const of = (axis: string) => (axes.includes(axis) ? shape[axes.indexOf(axis)] : 1);
  const [steps, sequences, width] = [of('t'), of('b'), of('c') * of('d')];
  const values = new Float64Array(data.length);
  for (const { golden, t, b, i } of entriesOf(shape, axes)) values[(t * sequences + b) * width + i] = data[golden];
  return { shape: [steps, sequences, width], data: values };
}

/** The way back: a golden tensor of [T, B, width]. */
function asGolden({ shape: [, sequences, width], data }: Tensor, axes: Axes, shape: readonly number[]): Tensor {
  const values = new Float64Array(data.length);
  for (const { golden, t, b, i } of entriesOf(shape, axes)) values[golden] = data[(t * sequences + b) * width + i];
  return { shape, data: values };
}

/** [B, …] as [B, width]. */
function asRow({ shape: [sequences], data }: Tensor): Tensor {
  return { shape: [sequences, data.length / sequences], data };
}

function sideBySide(tensors: readonly Tensor[]): Tensor {
  const [steps, sequences] = tensors[0].shape;
  const width = tensors.reduce((sum, { shape }) => sum + shape[2], 0);
  const values = new Float64Array(steps * sequences * width);
  let from = 0;
  for (const { shape, data } of tensors) {
    for (let row = 0; row < steps * sequences; row++) for (let i = 0; i < shape[2]; i++) values[row * width + from + i] = data[row * shape[2] + i];
    from += shape[2];
  }
  return { shape: [steps, sequences, width], data: values };
}

function part({ shape: [steps, sequences, row], data }: Tensor, from: number, width: number): Tensor {
  const values = new Float64Array(steps * sequences * width);
  for (let r = 0; r < steps * sequences; r++) for (let i = 0; i < width; i++) values[r * width + i] = data[r * row + from + i];
  return { shape: [steps, sequences, width], data: values };
}

function dot(one: Tensor, other: Tensor): number {
  let sum = 0;
  for (let i = 0; i < one.data.length; i++) sum += one.data[i] * other.data[i];
  return sum;
}
