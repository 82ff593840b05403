/** Golden cases of any shape for the tests of validation, with the reference's own numbers where PyTorch's would stand. */
import { cellNamed, createEngine, type Tensor } from '../../src/engine/index';
import { normal } from '../engine/drawn_case';
import { parseCase, type GoldenCase } from './golden_case';
import { recurrentCase, runRecurrentCase } from './recurrent_case';

export interface WrittenConfig {
  readonly kind: string;
  readonly input_size: number;
  readonly hidden_size: number;
  readonly proj_size?: number;
  readonly num_layers: number;
  readonly bidirectional: boolean;
  readonly bias: boolean;
  readonly batch_first: boolean;
  readonly batch: number;
  readonly seq_len: number;
  readonly lengths?: readonly number[];
  readonly states: readonly ('h0' | 'c0')[];
}

export interface WrittenCase {
  format: string;
  name: string;
  kind: string;
  config: Record<string, unknown>;
  groups: Record<string, string[]>;
  tol: Record<string, unknown>;
  tensors: Record<string, { dtype: string; shape: readonly number[]; data: unknown }>;
}

const engine = await createEngine({ device: 'cpu' });

export async function writtenCase(name: string, { kind, states, ...config }: WrittenConfig): Promise<WrittenCase> {
  const { input_size: inputs, hidden_size: hidden, num_layers: layers, batch, seq_len: steps } = config;
  const directions = config.bidirectional ? 2 : 1;
  const width = config.proj_size ?? hidden;
  const cell = cellNamed(kind);
  const rows = cell.gates.length * hidden;
  const tensors: WrittenCase['tensors'] = {};
  const groups: WrittenCase['groups'] = { inputs: [], params: [], cotangents: [], expected: [], grads: [], steps: [] };
  const put = (group: string, key: string, tensor: Tensor, dtype = 'float32') => {
    groups[group].push(key);
    tensors[key] = { dtype, shape: tensor.shape, data: Array.from(tensor.data) };
  };
  const draw = (group: string, key: string, shape: readonly number[]) => put(group, key, normal(shape, 1, key));
  // Larger weights would make a chaos of it, in which the rounding of honest arithmetic grows from step to step.
  const drawWeight = (key: string, shape: readonly number[]) => {
    const { data } = normal(shape, 1, key);
    put('params', key, { shape, data: data.map((value) => value / Math.sqrt(shape[1])) });
  };
  const ofSteps = (count: number) => (config.batch_first ? [batch, steps, count] : [steps, batch, count]);

  draw('inputs', 'x', ofSteps(inputs));
  if (config.lengths) put('inputs', 'lengths', { shape: [batch], data: config.lengths }, 'int32');
  for (const state of states) draw('inputs', state, [layers * directions, batch, state === 'h0' ? width : hidden]);
  for (let k = 0; k < layers; k++) {
    for (const suffix of config.bidirectional ? ['', '_reverse'] : ['']) {
      drawWeight(`weight_ih_l${k}${suffix}`, [rows, k ? directions * width : inputs]);
      drawWeight(`weight_hh_l${k}${suffix}`, [rows, width]);
      if (config.bias) for (const bias of ['bias_ih', 'bias_hh']) draw('params', `${bias}_l${k}${suffix}`, [rows]);
      if (width !== hidden) drawWeight(`weight_hr_l${k}${suffix}`, [width, hidden]);
      for (const unit of cell.unitParameters ?? []) draw('params', `weight_${unit}_l${k}${suffix}`, [hidden]);
    }
  }
  draw('cotangents', 'R', ofSteps(directions * width));
  draw('cotangents', 'S', [layers * directions, batch, width]);
  if (cell.states.length > 1) draw('cotangents', 'Q', [layers * directions, batch, hidden]);

  const written: WrittenCase = { format: 'rnn-oracle/1', name, kind, config: { ...config, has_initial_state: states.length > 0 }, groups, tol: {}, tensors };
  const golden = parseCase(JSON.stringify(written), name) as GoldenCase;
  const run = recurrentCase(golden);
  if ('unsupported' in run) throw new Error(run.unsupported);
  for (const [key, tensor] of await runRecurrentCase(engine, golden, run, undefined, false)) {
    if (!/^step.*\.(a_|h$|a$)/.test(key)) put(key.startsWith('step') ? 'steps' : key.startsWith('grad.') ? 'grads' : 'expected', key, tensor);
  }
  return written;
}
