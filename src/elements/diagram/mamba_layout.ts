/**
 * Where everything of a Mamba layer is drawn. What is read and handed on runs along the top; below it is one channel, from the
 * in-projection at the bottom up through convolution and scan to the output gate.
 */
import type { BlockLayer } from '../../engine';
import { hasResidual, isSelective } from './mamba_reading';
import type { Box, Diagram, Part } from './part';

const WIDTH = 412;
/** Half the size of a joint, and where a wire that has an arrow stops before it. */
const [JOINT, STOP] = [10, 12];
/** Columns: the way down to the norm, the convolution, decay and step size, what is written, B, C, what is read out, the gate. */
const X = { down: 12, conv: 130, decay: 92, write: 176, B: 228, C: 296, out: 346, gate: 390 } as const;
/** Rows, from above: the top, out-projection, output gate, readings of the state, the state, B, Δ, the three boxes, u, and what is read. */
const Y = { top: 52, product: 76, gate: 136, sum: 178, read: 210, state: 262, B: 322, delta: 380, boxes: 404, project: 492, u: 534, silu: 556, conv: 604, inner: 652, norm: 744 } as const;
const BOX = { width: 66, height: 52 } as const;
const NARROW = 60;

export function mambaDiagram(layer: BlockLayer): Diagram {
  const residual = hasResidual(layer);
  return { width: WIDTH, height: Y.norm + 26, parts: [...(residual ? readFromTop() : [readFromLeft()]), ...inner(), ...selection(isSelective(layer)), ...scan(), ...output(residual)] };
}

function readFromTop(): readonly Part[] {
  return [
    {
      name: 'x',
      lights: ['x'],
      label: 'x, what is read',
      wires: [{ d: `M6 ${Y.top}H${X.out - STOP}`, arrow: true }, { d: `M${X.down} ${Y.top}V${Y.norm}H26`, arrow: true }],
      names: [{ text: 'x_t', x: 6, y: Y.top - 12, anchor: 'start' }],
      numbers: [{ value: 'x', x: 24, y: Y.top + 22, anchor: 'start' }],
    },
    { name: 'x', lights: ['x'], label: '', wires: [{ d: `M82 ${Y.norm}H376` }], boxes: [{ ...plainBox(28, Y.norm - 13, 'norm'), width: 54 }] },
  ];
}

function readFromLeft(): Part {
  return { name: 'x', lights: ['x'], label: 'x, what is read', wires: [{ d: `M6 ${Y.norm}H376` }], names: [{ text: 'x_t', x: 6, y: Y.norm + 19, anchor: 'start' }], numbers: [{ value: 'x', x: 6, y: Y.norm - 8, anchor: 'start' }] };
}

/** The in-projection, the convolution and SiLU. */
function inner(): readonly Part[] {
  return [
    { name: 'a', lights: ['a', 'W'], label: 'a, of the in-projection', wires: [up(X.conv, Y.norm, Y.inner + BOX.height)], boxes: [gateBox('a', X.conv, Y.inner)] },
    { name: 'a', lights: ['a', 'u'], label: 'convolved with the words before', wires: [up(X.conv, Y.inner, Y.conv + 26)], boxes: [plainBox(X.conv - BOX.width / 2, Y.conv, 'conv')] },
    { name: 'u', lights: ['u'], label: 'sum of the convolution', wires: [up(X.conv, Y.conv, Y.silu + 26)], boxes: [plainBox(X.conv - BOX.width / 2, Y.silu, 'SiLU')], numbers: [{ value: 'conv', x: X.conv + 9, y: Y.conv - 6, anchor: 'start' }] },
    {
      name: 'u',
      lights: ['u'],
      label: 'u, what enters the scan',
      wires: [{ d: `M${X.conv} ${Y.silu}V${Y.u}H${X.out}V${Y.sum + STOP}`, arrow: true }, { d: `M${X.write} ${Y.u}V${Y.delta + STOP}`, arrow: true }],
      names: [{ text: 'u', x: 190, y: Y.u + 19, anchor: 'start' }],
      numbers: [{ value: 'u', x: 204, y: Y.u + 19, anchor: 'start' }],
    },
    { name: 'z', lights: ['z', 'W'], label: 'z, pre-activation of the output gate', wires: [up(376, Y.norm, Y.inner + BOX.height)], boxes: [{ ...gateBox('z', 376, Y.inner), width: 64 }] },
  ];
}

/** Step size, B and C: made from u, or always the same. */
function selection(selective: boolean): readonly Part[] {
  const of = (name: 'Δ' | 'B' | 'C', label: string, x: number, applied: string, width: number, ends: Box['ends']): Part => ({
    name,
    lights: [name, ...(selective ? ['W'] : []), ...(name === 'Δ' ? ['b'] : [])],
    label,
    ...(selective && { wires: [up(x, Y.project, Y.boxes + BOX.height)] }),
    boxes: [{ x: x - width / 2, y: Y.boxes, width, height: BOX.height, symbol: name, function: applied, value: name, ends }],
  });
  const unbounded = [-Infinity, Infinity] as const;
  const made = selective ? 'W·u' : '';
  return [
    ...(selective ? [{ name: 'u', lights: ['u', 'W'], label: '', wires: [{ d: `M260 ${Y.u}V${Y.project}` }, { d: `M${X.decay} ${Y.project}H${X.C}` }] } satisfies Part] : []),
    of('Δ', 'Δ, how far the word steps', X.decay, 'softplus', 88, unbounded),
    of('B', 'B, how it is written', X.B, made, NARROW, unbounded),
    of('C', 'C, how the state is read', X.C, made, NARROW, unbounded),
  ];
}

/** The state: what is kept, what is added, what is read out. */
function scan(): readonly Part[] {
  return [
    {
      name: 'h',
      lights: ['h'],
      label: 'h before the step',
      wires: [{ d: `M26 ${Y.state}H${X.decay - STOP}`, arrow: true }],
      names: [{ text: 'h_t−1', x: 26, y: Y.state - 34, anchor: 'start' }],
      numbers: [{ value: 'h', x: 26, y: Y.state - 14, anchor: 'start' }],
    },
    { name: 'Δ', lights: ['Δ', 'A'], label: 'exp(Δ·A), what the step keeps', wires: [up(X.decay, Y.boxes, Y.B + 28), up(X.decay, Y.B - 24, Y.state + JOINT)], boxes: [{ x: X.decay - 44, y: Y.B - 24, width: 88, height: BOX.height, symbol: '', function: 'exp(Δ·A)', value: 'decay', ends: [0, 1] }] },
    { name: 'h', lights: ['h', 'Δ', 'A'], label: '', wires: [{ d: `M${X.decay + JOINT} ${Y.state}H${X.write - STOP}`, arrow: true }], joints: [{ x: X.decay, y: Y.state, sign: '×' }] },
    { name: 'Δ', lights: ['Δ', 'u'], label: '', wires: [{ d: `M${X.decay} ${Y.delta}H${X.write - STOP}`, arrow: true }, up(X.write, Y.delta - JOINT, Y.B + JOINT)], joints: [{ x: X.write, y: Y.delta, sign: '×' }] },
    {
      name: 'B',
      lights: ['B', 'Δ', 'u'],
      label: 'written, Δ·B·u',
      wires: [{ d: `M${X.B} ${Y.boxes}V${Y.B}H${X.write + STOP}`, arrow: true }, up(X.write, Y.B - JOINT, Y.state + JOINT)],
      joints: [{ x: X.write, y: Y.B, sign: '×' }],
      names: [{ text: 'Δ·B·u', x: X.write + 9, y: Y.B - 34, anchor: 'start' }],
      numbers: [{ value: 'Δ·B·u', x: X.write + 9, y: Y.B - 16, anchor: 'start' }],
    },
    {
      name: "h'",
      lights: ["h'"],
      label: 'h after the step',
      wires: [{ d: `M${X.write + JOINT} ${Y.state}H${WIDTH - 6}`, arrow: true }, { d: `M262 ${Y.state}V${Y.read + STOP}`, arrow: true }],
      joints: [{ x: X.write, y: Y.state, sign: '+' }],
      names: [{ text: 'h_t', x: 196, y: Y.state - 30, anchor: 'start' }],
      numbers: [{ value: "h'", x: 196, y: Y.state - 12, anchor: 'start' }],
    },
    {
      name: 'C',
      lights: ['C', "h'"],
      label: 'read from all numbers of the state, C·h',
      wires: [{ d: `M${X.C} ${Y.boxes}V${Y.read}H${262 + STOP}`, arrow: true }, { d: `M262 ${Y.read - JOINT}V${Y.sum}H${X.out - STOP}`, arrow: true }],
      joints: [{ x: 262, y: Y.read, sign: '×' }],
      names: [{ text: 'C·h', x: 254, y: Y.sum - 10, anchor: 'end' }],
      numbers: [{ value: 'C·h', x: 254, y: Y.sum + 8, anchor: 'end' }],
    },
  ];
}

/** Past the state, the output gate and the way out. */
function output(residual: boolean): readonly Part[] {
  const end = WIDTH - 6;
  return [
    { name: 'D', lights: ['D', 'u', 's'], label: 'straight on, D·u', names: [{ text: 'D', x: X.out + 9, y: 352, anchor: 'start' }], numbers: [{ value: 'D·u', x: X.out, y: 336 }] },
    { name: 's', lights: ['s'], label: 's, what leaves the scan', wires: [up(X.out, Y.sum - JOINT, Y.gate + JOINT)], joints: [{ x: X.out, y: Y.sum, sign: '+' }], numbers: [{ value: 's', x: X.out - 10, y: Y.sum - 16, anchor: 'end' }] },
    { name: 'z', lights: ['z'], label: 'SiLU(z), the output gate', wires: [{ d: `M${X.gate} ${Y.inner}V472` }, { d: `M${X.gate} 446V${Y.gate}H${X.out + STOP}`, arrow: true }], boxes: [{ ...plainBox(X.gate - 18, 446, 'SiLU'), width: 38 }], numbers: [{ value: 'SiLU(z)', x: end, y: Y.gate + 24, anchor: 'end' }] },
    { name: 'o', lights: ['o', 's', 'z'], label: 'o, what the gate lets out', wires: [up(X.out, Y.gate - JOINT, Y.product + 26)], joints: [{ x: X.out, y: Y.gate, sign: '×' }], numbers: [{ value: 'o', x: X.out - 10, y: Y.gate - 14, anchor: 'end' }] },
    ...(residual
      ? [
          { name: 'o', lights: ['o', 'W'], label: 'added to it by all channels, W·o', wires: [up(X.out, Y.product, Y.top + JOINT)], boxes: [plainBox(X.out - 33, Y.product, 'W·o')], numbers: [{ value: 'mixed', x: X.out - 42, y: Y.product + 18, anchor: 'end' }] } satisfies Part,
          { name: 'y', lights: ['y'], label: 'y, what is handed on', wires: [{ d: `M${X.out + JOINT} ${Y.top}H${end}`, arrow: true }], joints: [{ x: X.out, y: Y.top, sign: '+' }], names: [{ text: 'y_t', x: end - 2, y: Y.top - 30, anchor: 'end' }], numbers: [{ value: 'y', x: end, y: Y.top - 12, anchor: 'end' }] } satisfies Part,
        ]
      : [{ name: 'y', lights: ['y', 'W'], label: 'y, what is handed on', wires: [{ d: `M${X.out} ${Y.product}V${Y.top}H${end}`, arrow: true }], boxes: [plainBox(X.out - 33, Y.product, 'W·o')], names: [{ text: 'y_t', x: end - 2, y: Y.top - 30, anchor: 'end' }], numbers: [{ value: 'y', x: end, y: Y.top - 12, anchor: 'end' }] } satisfies Part]),
  ];
}

function gateBox(symbol: string, x: number, y: number): Box {
  return { x: x - BOX.width / 2, y, ...BOX, symbol, function: '', value: symbol, ends: [-Infinity, Infinity] };
}

/** A box that says what happens in it, and shows no number. */
function plainBox(x: number, y: number, applied: string): Box {
  return { x, y, width: BOX.width, height: 26, symbol: '', function: applied, value: '', ends: [-1, 1] };
}

/** An arrow upwards. */
function up(x: number, from: number, to: number): { d: string; arrow: true } {
  return { d: `M${x} ${from}V${to + 2}`, arrow: true };
}
