/** Everything that one unit of a layer of attention computes at one step, by what its diagram and its equations call it. */
import type { BlockLayer } from '../../engine';
import { bracketed, decimal } from '../signed_number';
import type { DiagramReading, DiagramEquation } from './part';

/** Signals that the reading is made of, in its order. */
export function attentionSignals(layer: BlockLayer): readonly string[] {
  return ['x', 'q', 'k', 'v', 'attn', 'context', ...(isResidual(layer) ? ['attended'] : []), 'y'];
}

/** Whether what is read goes on beside what attention adds to it. */
export function isResidual({ program }: BlockLayer): boolean {
  return program.signals.some(({ name }) => name === 'attended');
}

/** Whether a hidden layer stands after attention. */
export function hasHiddenLayer({ program }: BlockLayer): boolean {
  return program.signals.some(({ name }) => name === 'a_mlp');
}

/**
 * @param signals - those named above, each [T, width] of the first model and sequence; `attn` [T, heads · T]
 * @param words - one a step
 */
export function readAttention(layer: BlockLayer, signals: readonly ArrayLike<number>[], words: readonly string[], step: number, unit: number): DiagramReading {
  const [x, q, k, v, weights, context, ...rest] = signals;
  const y = rest[rest.length - 1];
  const { width, program } = layer;
  const heads = program.signals.find(({ name }) => name === 'attn')!.groups!.count;
  const headWidth = width / heads;
  const head = Math.floor(unit / headWidth);
  const entry = (signal: ArrayLike<number>, t: number) => signal[t * width + unit];
  const weight = (s: number) => weights[(step * heads + head) * words.length + s];
  const ranked = Array.from({ length: step + 1 }, (_, s) => s).toSorted((one, other) => weight(other) - weight(one));
  const [most] = ranked;
  const u = isResidual(layer) ? entry(rest[0], step) : entry(y, step);
  const values = {
    x: entry(x, step),
    q: entry(q, step),
    k: entry(k, step),
    v: entry(v, step),
    k_s: entry(k, most),
    v_s: entry(v, most),
    A: weight(most),
    m: entry(context, step),
    o: isResidual(layer) ? u - entry(x, step) : u,
    u,
    mlp: entry(y, step) - u,
    y: entry(y, step),
  };
  const terms = ranked.slice(0, 2).map((s) => `${decimal(weight(s))} · ${bracketed(entry(v, s))}`);
  const numbers = {
    A: `= ${decimal(values.A)} on “${words[most]}”, s = ${most + 1}, the most that it takes of any word`,
    m: `= ${terms.join(' + ')}${step > 1 ? ' + …' : ''} = ${decimal(values.m)}`,
    u: `= ${bracketed(values.x)} + ${bracketed(values.o)} = ${decimal(values.u)}`,
    y: `= ${bracketed(values.u)} + ${bracketed(values.mlp)} = ${decimal(values.y)}`,
  };
  const note = `Head ${head + 1} of ${heads}, which takes most of “${words[most]}” here, s = ${most + 1}.`;
  return { title: layer.block.title, step, unit, values, equations: equationsOf(layer, headWidth, values, numbers), note };
}

function equationsOf(layer: BlockLayer, headWidth: number, values: Readonly<Record<string, number>>, numbers: Readonly<Record<'A' | 'm' | 'u' | 'y', string>>): readonly DiagramEquation[] {
  const read = isResidual(layer) ? 'norm(x)' : 'x';
  const { activation = 'gelu', bias = true } = layer.options as { activation?: string; bias?: boolean };
  const plus = (name: string) => (bias ? ` + ${name}` : '');
  const product = (name: string): DiagramEquation => ({ written: `${name} = W_${name}·${read}${plus(`b_${name}`)}`, numbers: `= ${decimal(values[name])}` });
  const last = `W_o·m${plus('b_o')}`;
  return [
    ...['q', 'k', 'v'].map(product),
    { written: `A_ts = softmax(q·k_s/√${headWidth})`, numbers: numbers.A },
    { written: 'm = Σ_s A_ts·v_s', numbers: numbers.m },
    ...(!isResidual(layer) ? [{ written: `y = ${last}`, numbers: `= ${decimal(values['y'])}` }] : []),
    ...(isResidual(layer) ? [{ written: `${hasHiddenLayer(layer) ? 'u' : 'y'} = x + ${last}`, numbers: numbers.u }] : []),
    ...(hasHiddenLayer(layer) ? [{ written: `y = u + W_2·${activation}(W_1·norm(u)${plus('b_1')})${plus('b_2')}`, numbers: numbers.y }] : []),
  ];
}
