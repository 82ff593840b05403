/** Golden cases of any shape for the tests of validation, with the reference's own numbers where PyTorch's would stand. */
import { createEngine, type Tensor } from '../../src/engine/index';
import { normal } from '../engine/drawn_case';
import { parseCase, type GoldenCase } from './golden_case';
import { recurrentCase, runRecurrentCase } from './recurrent_case';

export interface WrittenConfig {
  readonly kind: string;
  readonly input_size: number;
  readonly hidden_size: number;
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
const gateCounts: Record<string, number> = { rnn: 1, lstm: 4, gru: 3, gru_reset_before: 3 };

export async function writtenCase(name: string, { kind, states, ...config }: WrittenConfig): Promise<WrittenCase> {
  const { input_size: inputs, hidden_size: hidden, num_layers: layers, batch, seq_len: steps } = config;
  const directions = config.bidirectional ? 2 : 1;
  const rows = gateCounts[kind] * hidden;
  const tensors: WrittenCase['tensors'] = {};
  const groups: WrittenCase['groups'] = { inputs: [], params: [], cotangents: [], expected: [], steps: [] };
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
  const ofSteps = (width: number) => (config.batch_first ? [batch, steps, width] : [steps, batch, width]);

  draw('inputs', 'x', ofSteps(inputs));
  if (config.lengths) put('inputs', 'lengths', { shape: [batch], data: config.lengths }, 'int32');
  for (const state of states) draw('inputs', state, [layers * directions, batch, hidden]);
  for (let k = 0; k < layers; k++) {
    for (const suffix of config.bidirectional ? ['', '_reverse'] : ['']) {
      drawWeight(`weight_ih_l${k}${suffix}`, [rows, k ? directions * hidden : inputs]);
      drawWeight(`weight_hh_l${k}${suffix}`, [rows, hidden]);
      if (config.bias) for (const bias of ['bias_ih', 'bias_hh']) draw('params', `${bias}_l${k}${suffix}`, [rows]);
    }
  }
  draw('cotangents', 'R', ofSteps(directions * hidden));
  draw('cotangents', 'S', [layers * directions, batch, hidden]);
  if (kind === 'lstm') draw('cotangents', 'Q', [layers * directions, batch, hidden]);

  const written: WrittenCase = { format: 'rnn-oracle/1', name, kind, config: { ...config, has_initial_state: states.length > 0 }, groups, tol: {}, tensors };
  const golden = parseCase(JSON.stringify(written), name) as GoldenCase;
  const run = recurrentCase(golden);
  if ('unsupported' in run) throw new Error(run.unsupported);
  for (const [key, tensor] of await runRecurrentCase(engine, golden, run, undefined)) {
    if (!/^step.*\.(a_|h$|a$)/.test(key)) put(key.startsWith('step') ? 'steps' : 'expected', key, tensor);
  }
  return written;
}
