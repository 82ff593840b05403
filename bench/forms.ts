/**
 * Which form of the recurrence is faster, a dispatch per step or one that owns a tile of the batch, and what does the
 * choice of `auto` cost? Times are wall time until the last state is on the host; they depend on the machine, their
 * ratios less so.
 */
import { createEngine, type Engine, type Model, type RecurrentForm, type Tensor } from '../src/engine';
import { spread } from './spread';

interface FormShape {
  readonly sequences: number;
  readonly steps: number;
  readonly inputs: number;
  readonly hidden: number;
}

const SHAPES: readonly FormShape[] = [
  { sequences: 1, steps: 32, inputs: 64, hidden: 64 },
  { sequences: 32, steps: 64, inputs: 128, hidden: 128 },
  { sequences: 1, steps: 256, inputs: 16, hidden: 8 },
];

/** From widths whose weights one workgroup's core keeps to those it does not. */
const WIDTHS = [32, 64, 128, 256, 512, 1024];

const REPEATS = 7;

export async function run(report: (line: string) => void): Promise<Record<string, unknown>> {
  using gpu = await createEngine({ device: 'gpu' });
  using cpu = await createEngine({ device: 'cpu' });
  report(gpu.description);
  report('(B, T, I, H)            cell   first run   step      persistent  persistent/step   reference');
  const rows = [];
  for (const shape of SHAPES) {
    for (const cell of ['rnn', 'lstm', 'gru']) {
      const row = { ...(await measure(gpu, cell, shape)), reference: await referenceTime(cpu, cell, shape) };
      report(`${line(row)}  ${milliseconds(row.reference)}`);
      rows.push(row);
    }
  }
  return { adapter: gpu.description, rows };
}

/**
 * Both forms of the LSTM and the GRU from 32 units on.
 * @param widest - the most units
 */
export async function byWidth(report: (line: string) => void, widest: number): Promise<readonly FormTimes[]> {
  using gpu = await createEngine({ device: 'gpu' });
  report('(B, T, I, H)            cell   first run   step      persistent  persistent/step');
  const rows: FormTimes[] = [];
  for (const hidden of WIDTHS.filter((width) => width <= widest)) {
    for (const cell of ['lstm', 'gru']) {
      const row = await measure(gpu, cell, { sequences: 32, steps: 32, inputs: hidden, hidden });
      report(line(row));
      rows.push(row);
    }
  }
  return rows;
}

/** ms until the last state is on the host. */
export interface FormTimes extends FormShape, Readonly<Record<RecurrentForm, number>> {
  readonly cell: string;
  /** With the kernels made and the form chosen. */
  readonly first: number;
}

function line({ sequences, steps, inputs, hidden, cell, first, step, persistent }: FormTimes): string {
  const times = [first, step, persistent].map(milliseconds).join(' ');
  return `${`(${sequences}, ${steps}, ${inputs}, ${hidden})`.padEnd(23)} ${cell.padEnd(5)} ${times}  ${(persistent / step).toFixed(2)}`;
}

function milliseconds(time: number): string {
  return `${time.toFixed(1)} ms`.padStart(10);
}

async function measure(gpu: Engine, cell: string, shape: FormShape): Promise<FormTimes> {
  const { hidden, inputs } = shape;
  const x = inputsOf(shape);
  const start = performance.now();
  using model = await gpu.model({ input: { size: inputs }, layers: [{ cell, hidden }] });
  await timed(model, x, 'auto');
  const first = performance.now() - start;
  const times: Record<RecurrentForm, number[]> = { step: [], persistent: [] };
  await timed(model, x, 'step');
  await timed(model, x, 'persistent');
  for (let i = 0; i < REPEATS; i++) {
    times.step.push(await timed(model, x, 'step'));
    times.persistent.push(await timed(model, x, 'persistent'));
  }
  return { ...shape, cell, first, step: spread(times.step).median, persistent: spread(times.persistent).median };
}

async function referenceTime(cpu: Engine, cell: string, shape: FormShape): Promise<number> {
  using model = await cpu.model({ input: { size: shape.inputs }, layers: [{ cell, hidden: shape.hidden }] });
  return await timed(model, inputsOf(shape), 'auto'); // the model is there until then
}

function inputsOf({ steps, sequences, inputs }: FormShape): Tensor<Float32Array> {
  return { shape: [steps, sequences, inputs], data: Float32Array.from({ length: steps * sequences * inputs }, (_, i) => Math.sin(i)) };
}

async function timed(model: Model, x: Tensor, form: RecurrentForm | 'auto'): Promise<number> {
  const start = performance.now();
  using tape = await model.run({ x }, { form });
  await tape.signal('h_n').read();
  return performance.now() - start;
}
