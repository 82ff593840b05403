/**
 * What does an update cost the page's main thread, and what is asked of the GPU for it? A language model of each gated cell is
 * trained for a while; the scripts that queue an update are timed, and its calls are counted.
 */
import { createEngine } from '../src/engine';
import { countGpuCalls } from '../test/gpu/gpu_calls';
import { LEARNING_RATE, trainingCases, trainingSpec, trainingTokens } from './cases';
import { spread, type Spread } from './spread';
import { atMost, type Verdict } from './targets';

const UPDATES = 30;
/** ms of scripts. */
const MOST_SCRIPT = 0.5;

interface UpdateCost {
  readonly cell: string;
  /** ms that the call which queues an update takes, its batch already made. */
  readonly script: Spread;
  readonly dispatches: number;
  readonly passes: number;
  readonly submits: number;
  readonly made: number;
}

export async function run(report: (line: string) => void): Promise<{ costs: readonly UpdateCost[]; verdicts: readonly Verdict[] }> {
  using engine = await createEngine({ device: 'gpu' });
  const costs: UpdateCost[] = [];
  const verdicts: Verdict[] = [];
  for (const what of trainingCases()) {
    const { steps, sequences } = what.shape;
    const shape = [steps, sequences];
    const tokens = trainingTokens(what, 0);
    const batch = { inputs: { tokens: { shape, data: tokens.subarray(0, steps * sequences) } }, targets: { classes: { shape, data: tokens.subarray(sequences) } } };
    using model = await engine.model(trainingSpec(what));
    using trainer = await model.trainer({ task: { batch: () => batch }, optimizer: { name: 'adam', lr: LEARNING_RATE } });
    await trainer.steps(1);
    const scripts: number[] = [];
    for (let i = 0; i < UPDATES; i++) {
      const begun = performance.now();
      trainer.queue(1);
      scripts.push(performance.now() - begun);
      await trainer.idle();
    }
    const { dispatches, passes, submits, made } = await countGpuCalls(async () => trainer.queue(1));
    const cost = { cell: what.cell, script: spread(scripts), dispatches, passes, submits, made: made.length };
    costs.push(cost);
    report(`${what.cell}: scripts ${cost.script.median.toFixed(2)} (${cost.script.least.toFixed(2)}–${cost.script.most.toFixed(2)}) ms, ${dispatches} dispatches, ${passes} passes, ${submits} submits, ${made.length} objects made`);
    verdicts.push(atMost(`update ${what.cell}`, `scripts at T = ${steps}`, cost.script.median, MOST_SCRIPT, 'ms', 2), atMost(`update ${what.cell}`, 'objects made', made.length, 0));
  }
  return { costs, verdicts };
}
