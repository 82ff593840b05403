// No DOM: every entry can be imported, defining does nothing, and the engine computes.
import * as elements from 'rnn-heatmap';
import 'rnn-heatmap/define';
import 'rnn-heatmap/define/rnn-heatmap';
import { RnnHeatmap } from 'rnn-heatmap/elements/rnn-heatmap';
import { createEngine } from 'rnn-heatmap/engine';
import 'rnn-heatmap/react';

if ('document' in globalThis) throw new Error('this server has a DOM');
if (elements.RnnHeatmap !== RnnHeatmap) throw new Error('one class comes twice');

const engine = await createEngine({ device: 'auto' });
const model = await engine.model({ input: { embedding: 4 }, layers: [{ cell: 'gru', hidden: 3 }], seed: 1 });
const tape = await model.run({ words: ['a', 'b'] });
const h = await tape.signal('h').read();
console.log(`${engine.kind}: ${h.length} numbers, ${h.every((number) => Math.abs(number) < 1) ? 'all between −1 and 1' : 'out of range'}`);
engine.release();
