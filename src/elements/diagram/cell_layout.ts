/**
 * Where everything of a recurrent cell is drawn. One grammar for all: what is read comes in on rows from the left (U·h
 * above W·x), every gate is a column that takes from each row, and states run along the top from left to right. Sizes are in
 * CSS pixels, narrow enough to be read on a phone.
 */
import type { Cell } from '../../engine';
import type { Box, Diagram, Part } from './part';

const WIDTH = 412;
/** Half the size of a pointwise product, and the room that its wires leave. */
const JOINT = 10;
/** The row of the states. */
const TOP = 46;
const GATE = { y: 190, width: 66, height: 52 } as const;
const BOTTOM = GATE.y + GATE.height;

/** The diagram of a cell, or undefined for a cell of a shape that has none yet. */
export function cellDiagram(cell: Cell): Diagram | undefined {
  const gates = cell.gates.map(({ name }) => name).join('');
  if (gates === 'a') return plainCell(cell);
  if (/^if?go$/.test(gates)) return lstmCell(cell);
  return gates === 'rzn' ? gruCell(cell) : undefined;
}

/** The simple recurrent network: one sum, one non-linearity. */
function plainCell(cell: Cell): Diagram {
  const [x, y] = [206, 40];
  const box: Box = { x: x - GATE.width / 2, y, width: GATE.width, height: GATE.height, symbol: "h'", function: activationOf(cell, "h'"), value: "h'", ends: endsOf(cell.name) };
  const rows = { U: 172, W: 220 };
  return {
    width: WIDTH,
    height: 244,
    parts: [
      row(cell, 'U', rows.U, [[x, 'a']]),
      row(cell, 'W', rows.W, [[x, 'a']]),
      { name: 'a', lights: ['a'], label: 'pre-activation a', wires: [up(x, rows.W, y + GATE.height)], names: [{ text: 'a', x: x + 34, y: y + GATE.height + 25, anchor: 'start' }], numbers: [{ value: 'a_a', x, y: y + GATE.height + 25 }] },
      { name: "h'", lights: ["h'"], label: 'h after the step', wires: [{ d: `M${x + GATE.width / 2} ${y + 26}H${WIDTH - 6}`, arrow: true }], boxes: [box], names: [{ text: 'h_t', x: WIDTH - 10, y: y + 16, anchor: 'end' }] },
    ],
  };
}

/** The LSTM: with or without a forget gate, with or without peepholes. */
function lstmCell(cell: Cell): Diagram {
  const forgets = cell.gates.some(({ name }) => name === 'f');
  const peeps = (cell.unitParameters?.length ?? 0) > 0;
  const columns = { f: 86, i: 162, g: 238, o: 314 };
  const [written, shown] = [200, 352];
  const rows = { U: 292, W: 340, p: 388 };
  const lowest = peeps ? rows.p : rows.W;
  const used = Object.entries(columns).filter(([name]) => forgets || name !== 'f') as [keyof typeof columns, number][];
  const [kept, squashed] = [forgets ? 'f ⊙ c' : 'c', cell.equations.at(-1)!.split(' ⊙ ')[1]];
  const product = TOP + 80;
  return {
    width: WIDTH,
    height: lowest + 26,
    parts: [
      row(cell, 'U', rows.U, used.map(([gate, x]) => [x, gate])),
      row(cell, 'W', rows.W, used.map(([gate, x]) => [x, gate])),
      ...(peeps ? [row(cell, 'p', rows.p, used.filter(([gate]) => gate !== 'g').map(([gate, x]) => [x, gate]))] : []),
      ...used.map(([gate, x]) => gateColumn(cell, gate, x, lowest)),
      {
        name: 'c',
        lights: ['c'],
        label: 'c before the step',
        wires: [{ d: `M6 ${TOP}H${forgets ? columns.f - JOINT - 2 : written - JOINT - 2}`, arrow: true }],
        names: [{ text: 'c_t−1', x: 6, y: TOP - 12, anchor: 'start' }],
        numbers: [{ value: 'c', x: 6, y: TOP + 22, anchor: 'start' }],
      },
      ...(forgets
        ? [
            {
              name: 'c',
              lights: ['f', 'c'],
              label: 'kept of it, f ⊙ c',
              wires: [{ d: `M${columns.f + JOINT} ${TOP}H${written - JOINT - 2}`, arrow: true }],
              names: [{ text: kept, x: 143, y: TOP - 12 }],
              numbers: [{ value: kept, x: 143, y: TOP + 22 }],
              joints: [{ x: columns.f, y: TOP, sign: '×' }],
            } satisfies Part,
            { name: 'f', lights: ['f'], label: '', wires: [up(columns.f, GATE.y, TOP + JOINT)] } satisfies Part,
          ]
        : []),
      { name: 'i', lights: ['i'], label: '', wires: [{ d: `M${columns.i} ${GATE.y}V${product}H${written - JOINT - 2}`, arrow: true }] },
      { name: 'g', lights: ['g'], label: '', wires: [{ d: `M${columns.g} ${GATE.y}V${product}H${written + JOINT + 2}`, arrow: true }] },
      {
        name: 'c',
        lights: ['i', 'g'],
        label: 'written, i ⊙ g',
        wires: [up(written, product - JOINT, TOP + JOINT)],
        names: [{ text: 'i ⊙ g', x: written + 9, y: TOP + 56, anchor: 'start' }],
        numbers: [{ value: 'i ⊙ g', x: written + 9, y: TOP + 36, anchor: 'start' }],
        joints: [{ x: written, y: product, sign: '×' }],
      },
      {
        name: "c'",
        lights: ["c'"],
        label: 'c after the step',
        wires: [{ d: `M${written + JOINT} ${TOP}H${WIDTH - 6}`, arrow: true }, { d: `M${shown} ${TOP}V${TOP + 24}`, arrow: true }],
        names: [{ text: 'c_t', x: WIDTH - 10, y: TOP - 12, anchor: 'end' }],
        numbers: [{ value: "c'", x: 276, y: TOP - 12 }],
        joints: [{ x: written, y: TOP, sign: '+' }],
      },
      {
        name: "c'",
        lights: ["c'", "h'"],
        label: `${squashed.replace(/^\((.*)\)$/, '$1').replace("c'", 'c')}, shown as far as the output gate lets it`,
        wires: [{ d: `M${shown} ${TOP + 46}V${product - JOINT - 2}`, arrow: true }],
        boxes: [{ x: shown - 23, y: TOP + 24, width: 46, height: 22, symbol: '', function: squashed.startsWith('tanh') ? 'tanh' : '2σ−1', value: '', ends: [-1, 1] }],
        numbers: [{ value: squashed, x: shown - 12, y: TOP + 64, anchor: 'end' }],
      },
      { name: 'o', lights: ['o'], label: '', wires: [{ d: `M${columns.o} ${GATE.y}V${product}H${shown - JOINT - 2}`, arrow: true }] },
      {
        name: "h'",
        lights: ["h'", 'o'],
        label: 'h after the step',
        wires: [{ d: `M${shown + JOINT} ${product}H${WIDTH - 6}`, arrow: true }],
        names: [{ text: 'h_t', x: WIDTH - 10, y: product - 10, anchor: 'end' }],
        numbers: [{ value: "h'", x: WIDTH - 4, y: product + 24, anchor: 'end' }],
        joints: [{ x: shown, y: product, sign: '×' }],
      },
    ],
  };
}

/** The GRU, with the reset gate acting after U or before it. */
function gruCell(cell: Cell): Diagram {
  const columns = { r: 92, z: 172, n: 314 };
  const rows = { U: 292, W: 340 };
  const reset = 244;
  const product = TOP + 70;
  const before = cell.inner !== undefined;
  const meets = BOTTOM + 24;
  const over = `M${columns.r} ${GATE.y}V${GATE.y - 22}H${reset}V${(before ? rows.U : meets) - JOINT - 2}`;
  return {
    width: WIDTH,
    height: rows.W + 26,
    parts: [
      row(cell, 'U', rows.U, [[columns.r, 'r'], [columns.z, 'z'], [before ? columns.n : reset, 'n']], before ? columns.n : reset),
      row(cell, 'W', rows.W, [[columns.r, 'r'], [columns.z, 'z'], [columns.n, 'n']]),
      gateColumn(cell, 'r', columns.r, rows.W),
      gateColumn(cell, 'z', columns.z, rows.W),
      { name: 'r', lights: ['r'], label: before ? 'the reset gate, times the old state before U' : 'the reset gate, times U·h', wires: [{ d: over, arrow: true }], joints: [{ x: reset, y: before ? rows.U : meets, sign: '×' }] },
      ...(before ? [] : [{ name: 'h', lights: ['r', 'h', 'U'], label: '', wires: [{ d: `M${reset} ${rows.U - 10}V${meets + JOINT}` }, { d: `M${reset + JOINT} ${meets}H${columns.n - 3}`, arrow: true }] } satisfies Part]),
      gateColumn(cell, 'n', columns.n, rows.W, before ? 'middle' : 'start'),
      {
        name: 'h',
        lights: ['h'],
        label: 'h before the step',
        wires: [{ d: `M6 ${TOP}H${columns.z - JOINT - 2}`, arrow: true }],
        names: [{ text: 'h_t−1', x: 6, y: TOP - 12, anchor: 'start' }],
        numbers: [{ value: 'h', x: 6, y: TOP + 22, anchor: 'start' }],
      },
      { name: 'z', lights: ['z'], label: '', wires: [up(columns.z, GATE.y, TOP + JOINT), { d: `M${columns.z} ${product}H${columns.n - JOINT - 2}`, arrow: true }], names: [{ text: '1 − z', x: 244, y: product - 8 }] },
      {
        name: 'h',
        lights: ['z', 'h'],
        label: 'kept of it, z ⊙ h',
        wires: [{ d: `M${columns.z + JOINT} ${TOP}H${columns.n - JOINT - 2}`, arrow: true }],
        names: [{ text: 'z ⊙ h', x: 244, y: TOP - 12 }],
        numbers: [{ value: 'z ⊙ h', x: 244, y: TOP + 22 }],
        joints: [{ x: columns.z, y: TOP, sign: '×' }],
      },
      { name: 'n', lights: ['n'], label: '', wires: [up(columns.n, GATE.y, product + JOINT)] },
      {
        name: 'n',
        lights: ['z', 'n'],
        label: 'written, (1 − z) ⊙ n',
        wires: [up(columns.n, product - JOINT, TOP + JOINT)],
        names: [{ text: '(1 − z) ⊙ n', x: columns.n + 9, y: TOP + 52, anchor: 'start' }],
        numbers: [{ value: '(1 − z) ⊙ n', x: columns.n + 9, y: TOP + 33, anchor: 'start' }],
        joints: [{ x: columns.n, y: product, sign: '×' }],
      },
      {
        name: "h'",
        lights: ["h'"],
        label: 'h after the step',
        wires: [{ d: `M${columns.n + JOINT} ${TOP}H${WIDTH - 6}`, arrow: true }],
        names: [{ text: 'h_t', x: WIDTH - 10, y: TOP + 18, anchor: 'end' }],
        numbers: [{ value: "h'", x: 362, y: TOP - 12 }],
        joints: [{ x: columns.n, y: TOP, sign: '+' }],
      },
    ],
  };
}

/** What comes in from the left on one row, and what of it each gate takes. */
function row(cell: Cell, name: 'U' | 'W' | 'p', y: number, takes: readonly (readonly [x: number, gate: string])[], end = Math.max(...takes.map(([x]) => x))): Part {
  const [symbol, product, source] = { U: ['h', 'U·h + b', 'h_t−1'], W: ['x', 'W·x + b', 'x_t'], p: ['c', 'p ⊙ c', 'c_t−1'] }[name];
  const whole = cell.gates.length === 1;
  return {
    name: symbol,
    lights: name === 'p' ? ['p', 'c'] : [name, symbol, 'b'],
    label: whole ? product : `${product}, by gate`,
    wires: [{ d: `M6 ${y}H${end}` }],
    names: [{ text: product, x: 6, y: y - 8, anchor: 'start' }, { text: source, x: 6, y: y + 19, anchor: 'start' }],
    numbers: takes.map(([x, gate]) => ({ value: `${name}_${gate}`, x, y: y + 5 })),
  };
}

/** From the rows up into a gate. */
function gateColumn(cell: Cell, gate: string, x: number, from: number, sumAt: 'middle' | 'start' = 'middle'): Part {
  const { role, activation } = cell.gates.find(({ name }) => name === gate)!;
  const ends: readonly [number, number] = activation === 'sigmoid' ? [0, 1] : activation === 'wideSigmoid' ? [-2, 2] : [-1, 1];
  return {
    name: gate,
    lights: [gate],
    label: `${gate}, ${role}`,
    wires: [up(x, from, BOTTOM)],
    boxes: [{ x: x - GATE.width / 2, y: GATE.y, width: GATE.width, height: GATE.height, symbol: gate, function: activationOf(cell, gate), value: gate, ends }],
    numbers: [{ value: `a_${gate}`, x: sumAt === 'start' ? x + 6 : x, y: BOTTOM + 21, anchor: sumAt }],
  };
}

function up(x: number, from: number, to: number): { d: string; arrow: true } {
  return { d: `M${x} ${from}V${to + 2}`, arrow: true };
}

/** `σ`, `tanh`: what the equation of a gate or state begins with. */
function activationOf({ equations }: Cell, symbol: string): string {
  const right = equations.find((line) => line.startsWith(`${symbol} = `))?.split(' = ')[1] ?? '';
  return /^(\d?[a-zσ]+)\(/.exec(right)?.[1].replace('max', 'ReLU') ?? 'as it is';
}

/** The ends of a plain cell's gauge; none for one without. */
function endsOf(name: string): readonly [number, number] {
  return name === 'rnn' ? [-1, 1] : [-Infinity, Infinity];
}
