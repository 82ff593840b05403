/**
 * What we ask of a discrete GPU: that a training step costs little more than the products it cannot do without, and that a
 * frame in which a network trains and eight heatmaps follow leaves the page its time.
 */
import { createEngine, type Engine, type Trainer } from '../../src/engine';
import { LEARNING_RATE, trainingSpec, trainingTokens, type TrainingCase } from '../cases';
import { plainProduct } from '../peers/ours_product';
import { spread } from '../spread';

/** What eight heatmaps of a recurrent network show: states, gates, and what a loss sends back to both. */
const DRAWN = ['h', 'c', 'i', 'f', 'g', 'o', 'd_h', 'd_c'];

/** Dispatches of an LSTM's training step that are products over its weights: two forward, four back. */
const PRODUCTS = 6;

export interface StepCost {
  /** ms of one training step, of many queued one behind the other. */
  readonly step: number;
  /** ms of six products as large as the layer's, queued likewise. */
  readonly products: number;
}

/** A training step of an LSTM language model beside its six bare products, x · W and h · R and the four that the way back takes. */
export async function stepBesideProducts(report: (line: string) => void, what: TrainingCase, times: number): Promise<StepCost> {
  using engine = await createEngine({ device: 'gpu' });
  const { steps, sequences, inputs, hidden } = what.shape;
  using trainer = await trainerOf(engine, what);
  const step = await timePer(times, async (count) => {
    trainer.queue(count);
    await trainer.idle();
  });
  // All six are of one size where inputs and units are: [T·B, I] by [I, 4H], or two of its sides turned.
  const product = await plainProduct({ rows: steps * sequences, inner: inputs, columns: 4 * hidden });
  const products = await timePer(times, async (count) => {
    product.queue.submit([product.record(PRODUCTS * count).finish()]);
    await product.queue.onSubmittedWorkDone();
  });
  product.release();
  report(`${what.name}: a step ${step.toFixed(2)} ms, six products of its size ${products.toFixed(2)} ms`);
  return { step, products };
}

export interface FrameCost {
  /** ms from the queueing of one update to the last of eight ranges on the host. */
  readonly wall: number;
}

/** One frame of live training: an update, the same run again with the new weights, and the range of eight of its signals. */
export async function liveFrame(report: (line: string) => void, what: TrainingCase, times: number): Promise<FrameCost> {
  using engine = await createEngine({ device: 'gpu' });
  using trainer = await trainerOf(engine, what);
  const { steps, sequences } = what.shape;
  const tokens = { shape: [steps, sequences], data: trainingTokens(what, 0).subarray(0, steps * sequences) };
  using tape = await trainer.model.run({ tokens });
  await tape.backward({ nextToken: 'all' });
  const signals = DRAWN.map((name) => tape.signal(name));
  const walls: number[] = [];
  for (let i = 0; i <= times; i++) {
    const begun = performance.now();
    trainer.queue(1);
    await Promise.all([tape.refresh(), ...signals.map((signal) => signal.extent())]);
    if (i > 0) walls.push(performance.now() - begun); // the first makes what all others use
  }
  const wall = spread(walls).median;
  report(`${what.name}: an update, the run again and eight ranges ${wall.toFixed(2)} ms`);
  return { wall };
}

async function trainerOf(engine: Engine, what: TrainingCase): Promise<Trainer> {
  const { steps, sequences } = what.shape;
  const model = await engine.model(trainingSpec(what));
  const shape = [steps, sequences];
  const tokens = trainingTokens(what, 0);
  const batch = {
    inputs: { tokens: { shape, data: tokens.subarray(0, steps * sequences) } },
    targets: { classes: { shape, data: tokens.subarray(sequences) } },
  };
  return model.trainer({ task: { batch: () => batch }, optimizer: { name: 'adam', lr: LEARNING_RATE } });
}

/** ms of one, from the least of three goes at many at once. */
async function timePer(times: number, work: (count: number) => Promise<void>): Promise<number> {
  await work(1);
  let least = Infinity;
  for (let i = 0; i < 3; i++) {
    const begun = performance.now();
    await work(times);
    least = Math.min(least, (performance.now() - begun) / times);
  }
  return least;
}
