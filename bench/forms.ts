/**
 * Which form of the recurrence is faster, a dispatch per step or one that owns a tile of the batch, and what does the
 * choice of `auto` cost? Times are wall time until the last state is on the host; they depend on the machine, their
 * ratios less so.
 */
import { createEngine, type Engine, type Model, type RecurrentForm } from '../src/engine';

const SHAPES = [
  { sequences: 1, steps: 32, inputs: 64, hidden: 64 },
  { sequences: 32, steps: 64, inputs: 128, hidden: 128 },
  { sequences: 1, steps: 256, inputs: 16, hidden: 8 },
];

const REPEATS = 7;

export async function run(report: (line: string) => void): Promise<Record<string, unknown>> {
  using gpu = await createEngine({ device: 'gpu' });
  using cpu = await createEngine({ device: 'cpu' });
  report(gpu.description);
  report('(B, T, I, H)            cell   first run   step      persistent  reference  persistent/step');
  const rows = [];
  for (const shape of SHAPES) {
    for (const cell of ['rnn', 'lstm', 'gru']) {
      const row = { ...shape, cell, ...(await measure(gpu, cpu, cell, shape)) };
      const { sequences, steps, inputs, hidden, first, step, persistent, reference } = row;
      const milliseconds = [first, step, persistent, reference].map((time) => `${time.toFixed(1)} ms`.padStart(10)).join(' ');
      report(`${`(${sequences}, ${steps}, ${inputs}, ${hidden})`.padEnd(23)} ${cell.padEnd(5)} ${milliseconds}  ${(persistent / step).toFixed(2)}`);
      rows.push(row);
    }
  }
  return { adapter: gpu.description, rows };
}

type Shape = (typeof SHAPES)[number];

async function measure(gpu: Engine, cpu: Engine, cell: string, shape: Shape) {
  const { sequences, steps, inputs, hidden } = shape;
  const spec = { input: { size: inputs }, layers: [{ cell, hidden }] };
  const x = { shape: [steps, sequences, inputs], data: Float32Array.from({ length: steps * sequences * inputs }, (_, i) => Math.sin(i)) };
  const start = performance.now();
  using model = await gpu.model(spec);
  await timed(model, x, 'auto');
  const first = performance.now() - start;
  using reference = await cpu.model(spec);
  const times: Record<RecurrentForm, number[]> = { step: [], persistent: [] };
  await timed(model, x, 'step');
  await timed(model, x, 'persistent');
  for (let i = 0; i < REPEATS; i++) {
    times.step.push(await timed(model, x, 'step'));
    times.persistent.push(await timed(model, x, 'persistent'));
  }
  return { first, step: median(times.step), persistent: median(times.persistent), reference: await timed(reference, x, 'auto') };
}

async function timed(model: Model, x: { shape: number[]; data: Float32Array }, form: RecurrentForm | 'auto'): Promise<number> {
  const start = performance.now();
  using tape = await model.run({ x }, { form });
  await tape.signal('h_n').read();
  return performance.now() - start;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}
