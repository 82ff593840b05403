/** Where everything of a layer of attention is drawn: what is read runs along the top, and attention adds to it from below. */
import type { BlockLayer } from '../../engine';
import { hasHiddenLayer, isResidual } from './attention_reading';
import type { Box, Diagram, Part } from './part';

const WIDTH = 412;
/** Half the size of a joint, and where a wire that has an arrow stops before it. */
const [JOINT, STOP] = [10, 12];
/** The row of what is read and handed on. */
const TOP = 52;
/** Columns: the way down to the norm, queries, keys, values, the hidden layer. */
const X = { down: 64, q: 130, k: 206, v: 282, hidden: 386 } as const;
/** Rows, from above. */
const Y = { out: 78, mean: 152, softmax: 176, score: 262, stored: 288, gate: 336, read: 428 } as const;
const GATE = { width: 66, height: 52 } as const;

export function attentionDiagram(layer: BlockLayer): Diagram {
  const residual = isResidual(layer);
  return { width: WIDTH, height: Y.read + 26, parts: [...(residual ? readFromTop() : [readFromLeft()]), ...projections(), ...looking(), ...(residual ? handedOn(hasHiddenLayer(layer)) : [output()])] };
}

/** With a residual what is read comes in at the top, and goes down through a norm. */
function readFromTop(): readonly Part[] {
  return [
    {
      name: 'x',
      lights: ['x'],
      label: 'x, what is read',
      wires: [{ d: `M6 ${TOP}H${X.v - STOP}`, arrow: true }, { d: `M${X.down} ${TOP}V${Y.gate + 24}`, arrow: true }],
      names: [{ text: 'x_t', x: 6, y: TOP - 12, anchor: 'start' }],
      numbers: [{ value: 'x', x: 6, y: TOP + 22, anchor: 'start' }],
    },
    { name: 'x', lights: ['x'], label: '', wires: [{ d: `M${X.down} ${Y.gate + GATE.height}V${Y.read}H${X.v}` }], boxes: [{ ...plainBox(X.down - 26, Y.gate + 26, 'norm'), width: 52 }], names: [{ text: 'norm(x)', x: 6, y: Y.read + 19, anchor: 'start' }] },
  ];
}

function readFromLeft(): Part {
  return { name: 'x', lights: ['x'], label: 'x, what is read', wires: [{ d: `M6 ${Y.read}H${X.v}` }], names: [{ text: 'x_t', x: 6, y: Y.read + 19, anchor: 'start' }], numbers: [{ value: 'x', x: 6, y: Y.read - 8, anchor: 'start' }] };
}

function projections(): readonly Part[] {
  const told = { q: 'q, the query: what the word looks for', k: 'k, the key: what it is found by', v: 'v, the value: what it hands over' };
  return (['q', 'k', 'v'] as const).map((name) => ({
    name,
    lights: [name, 'W', 'b'],
    label: told[name],
    wires: [{ d: `M${X[name]} ${Y.read}V${Y.gate + GATE.height + 2}`, arrow: true }],
    boxes: [{ x: X[name] - GATE.width / 2, y: Y.gate, ...GATE, symbol: name, function: '', value: name, ends: [-Infinity, Infinity] }],
  }));
}

/** Query times key, softmax, the mean of the values. */
function looking(): readonly Part[] {
  const stored = (name: 'k' | 'v') => plainBox(X[name] - 33, Y.stored, 's ≤ t');
  const softmax: Box = { x: X.q - 42, y: Y.softmax, width: 84, height: GATE.height, symbol: 'A', function: 'softmax', value: 'A', ends: [0, 1] };
  return [
    { name: 'q', lights: ['q'], label: '', wires: [{ d: `M${X.q} ${Y.gate}V${Y.score + STOP}`, arrow: true }] },
    {
      name: 'k',
      lights: ['k'],
      label: 'k of the word that it takes most of',
      wires: [{ d: `M${X.k} ${Y.gate}V${Y.stored + 26}`, arrow: true }, { d: `M${X.k} ${Y.stored}V${Y.score}H${X.q + STOP}`, arrow: true }],
      boxes: [stored('k')],
      names: [{ text: 'k_s', x: 158, y: Y.score - 8 }],
      numbers: [{ value: 'k_s', x: X.k, y: Y.score - 8 }],
    },
    {
      name: 'v',
      lights: ['v'],
      label: 'v of that word',
      wires: [{ d: `M${X.v} ${Y.gate}V${Y.stored + 26}`, arrow: true }, { d: `M${X.v} ${Y.stored}V${Y.mean + STOP}`, arrow: true }],
      boxes: [stored('v')],
      names: [{ text: 'v_s', x: X.v + 9, y: 226, anchor: 'start' }],
      numbers: [{ value: 'v_s', x: X.v + 9, y: 246, anchor: 'start' }],
    },
    { name: 'A', lights: ['A', 'q', 'k'], label: '', wires: [{ d: `M${X.q} ${Y.score - JOINT}V${Y.softmax + GATE.height + 2}`, arrow: true }], joints: [{ x: X.q, y: Y.score, sign: '×' }] },
    { name: 'A', lights: ['A'], label: 'A, how much it takes of that word', wires: [{ d: `M${X.q} ${Y.softmax}V${Y.mean}H${X.v - STOP}`, arrow: true }], boxes: [softmax], names: [{ text: 'A_ts', x: X.k, y: Y.mean - 8 }] },
    {
      name: 'm',
      lights: ['m', 'A', 'v'],
      label: 'm, the mean of all values, weighed',
      wires: [{ d: `M${X.v} ${Y.mean - JOINT}V${Y.out + 26}`, arrow: true }],
      names: [{ text: 'Σ_s', x: X.v + 16, y: Y.mean + 5, anchor: 'start' }, { text: 'm', x: X.v - 9, y: Y.mean - 22, anchor: 'end' }],
      numbers: [{ value: 'm', x: X.v + 9, y: Y.mean - 22, anchor: 'start' }],
      joints: [{ x: X.v, y: Y.mean, sign: '×' }],
    },
  ];
}

/** What attention found, and then what the hidden layer did, is added to what was read. */
function handedOn(hidden: boolean): readonly Part[] {
  const [from, to] = [X.v + JOINT, WIDTH - 6];
  const added: Part = { name: 'm', lights: ['m', 'W', 'b'], label: 'added to it, W·m', wires: [{ d: `M${X.v} ${Y.out}V${TOP + STOP}`, arrow: true }], boxes: [plainBox(X.v - 33, Y.out, 'W·m')], numbers: [{ value: 'o', x: X.v - 42, y: Y.out + 18, anchor: 'end' }] };
  const after = { name: 'y', lights: ['y'], label: 'y, what is handed on', names: [{ text: 'y_t', x: to - 2, y: TOP - 12, anchor: 'end' }] } as const;
  if (!hidden) return [added, { ...after, wires: [{ d: `M${from} ${TOP}H${to}`, arrow: true }], joints: [{ x: X.v, y: TOP, sign: '+' }], numbers: [{ value: 'y', x: to, y: TOP + 22, anchor: 'end' }] }];
  return [
    added,
    {
      name: 'u',
      lights: ['u'],
      label: 'u, with what attention adds',
      wires: [{ d: `M${from} ${TOP}H${X.hidden - STOP}`, arrow: true }, { d: `M${X.hidden - 36} ${TOP}V${Y.out - 2}`, arrow: true }],
      joints: [{ x: X.v, y: TOP, sign: '+' }],
      names: [{ text: 'u', x: X.v + 50, y: TOP - 30 }],
      numbers: [{ value: 'u', x: X.v + 50, y: TOP - 12 }],
    },
    { name: 'u', lights: ['u', 'W', 'b'], label: 'added by the hidden layer', wires: [{ d: `M${X.hidden} ${Y.out}V${TOP + STOP}`, arrow: true }], boxes: [{ ...plainBox(X.hidden - 48, Y.out, 'MLP'), width: 68 }], numbers: [{ value: 'mlp', x: WIDTH - 8, y: Y.out + 46, anchor: 'end' }] },
    { ...after, wires: [{ d: `M${X.hidden + JOINT} ${TOP}H${to}`, arrow: true }], joints: [{ x: X.hidden, y: TOP, sign: '+' }], numbers: [{ value: 'y', x: to, y: TOP - 30, anchor: 'end' }] },
  ];
}

/** Without a residual the product is all that is handed on. */
function output(): Part {
  return { name: 'y', lights: ['y', 'W', 'b'], label: 'y, what is handed on', wires: [{ d: `M${X.v} ${Y.out}V${TOP}H${WIDTH - 6}`, arrow: true }], boxes: [plainBox(X.v - 33, Y.out, 'W·m')], names: [{ text: 'y_t', x: WIDTH - 10, y: TOP - 12, anchor: 'end' }], numbers: [{ value: 'y', x: WIDTH - 6, y: TOP + 22, anchor: 'end' }] };
}

/** A box that says what happens in it, and shows no number. */
function plainBox(x: number, y: number, applied: string): Box {
  return { x, y, width: GATE.width, height: 26, symbol: '', function: applied, value: '', ends: [-1, 1] };
}
