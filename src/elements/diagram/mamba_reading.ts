/** Everything that one channel of Mamba computes at one step, by what its diagram and its equations call it. Of the channel's state it is the first number. */
import type { BlockLayer, Parameters } from '../../engine';
import { bracketed, decimal } from '../signed_number';
import type { DiagramReading, DiagramEquation } from './part';

/** Signals that the reading is made of, in its order. */
export const MAMBA_SIGNALS = ['x', 'u_in', 'u', 'delta', 'decay', 'B', 'C', 'h', 'z', 'scanned', 'y'] as const;

type ScanStep = Extract<BlockLayer['program']['steps'][number], { readonly op: 'selective_scan' }>;

/** Whether what is read goes on beside what the mixer adds to it. */
export function hasResidual({ options }: BlockLayer): boolean {
  return options['norm'] !== 'none';
}

/** Whether Δ, B and C are made from the word. */
export function isSelective(layer: BlockLayer): boolean {
  return scanStep(layer).delta !== undefined;
}

/** How many channels the layer has, and how many numbers of state each. */
export function channelsOf(layer: BlockLayer): { readonly channels: number; readonly states: number } {
  return { channels: layer.program.signals.find(({ name }) => name === 'h')!.groups!.count, states: scanStep(layer).states };
}

/**
 * @param signals - those named above, each [T, width] of the first model and sequence
 * @param parameters - what the run was made with
 * @param at - the layer's index, and the unit and the channel that are read, from 0
 */
export function readMamba(layer: BlockLayer, signals: readonly ArrayLike<number>[], parameters: Parameters, step: number, at: { readonly layer: number; readonly unit: number; readonly channel: number }): DiagramReading {
  const { unit, channel } = at;
  const { channels, states } = channelsOf(layer);
  const of = Object.fromEntries(MAMBA_SIGNALS.map((name, k) => [name, signals[k]])) as Record<(typeof MAMBA_SIGNALS)[number], ArrayLike<number>>;
  const inChannel = (name: 'u_in' | 'u' | 'delta' | 'z' | 'scanned', t = step) => (t < 0 ? 0 : of[name][t * channels + channel]);
  const state = (name: 'h' | 'decay', n: number, t = step) => (t < 0 ? 0 : of[name][(t * channels + channel) * states + n]);
  const inUnit = (name: 'x' | 'y') => of[name][step * layer.width + unit];
  const weight = (name: string, index: number) => parameters.get(`layers.${at.layer}.${name}`)!.data[index];
  const read = Array.from({ length: states }, (_, n) => of.C[step * states + n] * state('h', n)).reduce((sum, term) => sum + term, 0);
  const [delta, u, z] = [inChannel('delta'), inChannel('u'), inChannel('z')];
  const written = delta * of.B[step * states] * u;
  const skip = weight(scanStep(layer).D!, channel) * u;
  const [x, y] = [inUnit('x'), inUnit('y')];
  const values = {
    x,
    a: inChannel('u_in'),
    conv: convolved(layer, (t) => inChannel('u_in', t), weight, step, channel),
    u,
    z,
    Δ: delta,
    decay: state('decay', 0),
    B: of.B[step * states],
    C: of.C[step * states],
    h: state('h', 0, step - 1),
    'Δ·B·u': written,
    "h'": state('h', 0),
    'C·h': read,
    'D·u': skip,
    s: read + skip,
    'SiLU(z)': silu(z),
    o: inChannel('scanned'),
    mixed: hasResidual(layer) ? y - x : y,
    y,
  };
  const note = `Channel ${channel + 1} of ${channels}${states > 1 ? `, the first of its ${states} numbers of state` : ''}.`;
  return { title: layer.block.title, step, unit, values, equations: equationsOf(layer, values), note };
}

function equationsOf(layer: BlockLayer, values: Readonly<Record<string, number>>): readonly DiagramEquation[] {
  const one = (name: string) => bracketed(values[name]);
  const given = (name: string) => `= ${decimal(values[name])}`;
  const residual = hasResidual(layer);
  const read = residual ? 'norm(x)' : 'x';
  return [
    { written: `a = W_a·${read}`, numbers: given('a') },
    { written: `z = W_z·${read}`, numbers: given('z') },
    { written: 'u = SiLU(conv(a))', numbers: `= SiLU(${decimal(values['conv'])}) = ${decimal(values['u'])}` },
    ...(isSelective(layer)
      ? [
          { written: 'Δ = softplus(W_Δ·u + b_Δ)', numbers: given('Δ') },
          { written: 'B = W_B·u', numbers: given('B') },
          { written: 'C = W_C·u', numbers: given('C') },
        ]
      : [{ written: 'Δ = softplus(b_Δ)', numbers: given('Δ') }]),
    { written: "h' = exp(Δ·A)·h + Δ·B·u", numbers: `= ${one('decay')} · ${one('h')} + ${one('Δ')} · ${one('B')} · ${one('u')} = ${decimal(values["h'"])}` },
    { written: "s = C·h' + D·u", numbers: `= ${one('C·h')} + ${one('D·u')} = ${decimal(values['s'])}` },
    { written: 'o = s·SiLU(z)', numbers: `= ${one('s')} · ${one('SiLU(z)')} = ${decimal(values['o'])}` },
    { written: residual ? 'y = x + W_o·o' : 'y = W_o·o', numbers: `${residual ? `= ${one('x')} + ${one('mixed')} ` : ''}= ${decimal(values['y'])}` },
  ];
}

/** What the convolution gives before SiLU: a weighted sum of the channel's last few inputs. */
function convolved({ program }: BlockLayer, input: (t: number) => number, weight: (name: string, index: number) => number, step: number, channel: number): number {
  const conv = program.steps.find((each) => each.op === 'convolution')!;
  let sum = conv.bias === undefined ? 0 : weight(conv.bias, channel);
  for (let k = 0; k < conv.taps; k++) sum += weight(conv.weight, channel * conv.taps + k) * input(step - conv.taps + 1 + k);
  return sum;
}

function scanStep({ program }: BlockLayer): ScanStep {
  return program.steps.find((each): each is ScanStep => each.op === 'selective_scan')!;
}

/** z · σ(z). */
function silu(z: number): number {
  return z / (1 + Math.exp(-z));
}
