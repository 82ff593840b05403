// An author's own code: one element defined, its events and properties known to TypeScript, the engine beside it.
import 'rnn-heatmap/define/rnn-heatmap';
import { createEngine, type Engine } from 'rnn-heatmap/engine';
import type { RnnHeatmap } from 'rnn-heatmap/elements/rnn-heatmap';

const heatmap: RnnHeatmap = document.querySelector('rnn-heatmap')!;
const focused = document.querySelector('#focused')!;
const computed = document.querySelector('#computed')!;

heatmap.addEventListener('entry-focus', ({ row, column, value }) => {
  focused.textContent = `row ${row}, column ${column}: ${value}`;
});

// @ts-expect-error: there is no such device
heatmap.device = 'fpga';
heatmap.device = 'auto';

const engine: Engine = await createEngine({ device: 'cpu' });
const model = await engine.model({ input: { embedding: 4 }, layers: [{ cell: 'gru', hidden: 3 }], seed: 1 });
const tape = await model.run({ words: ['a', 'b'] });
const h = await tape.signal('h').read();
computed.textContent = `${engine.kind}: ${h.length} numbers`;
