/**
 * Which form of the recurrence is faster for a layer, measured on the adapter with a few short runs and remembered.
 * Nearby sizes share a measurement: the choice changes far more slowly with size than either time does.
 */
import type { RecurrentForm } from '../engine';
import type { RecurrentLayer as Layer } from '../model/spec';
import { record, type Command } from './command_list';
import type { Gpu } from './device';

/** The measured run has steps for so many multiply-adds, and so many steps at least and at most. */
const MEASURED = { work: 8e6, least: 2, most: 16 } as const;

/** A step of so many multiply-adds is worth a dispatch, on any adapter: it would only be longer on one workgroup's processor. */
const WORTH_A_DISPATCH = 32e6;

/** Both forms are run once to warm up, and then again as often as there is time for, in ms. */
const REPEATS = 3;
const PATIENCE = 40;

/**
 * A dispatch for each step costs the host too, there and back, which a measurement on the device does not see: it has to be
 * faster by so much.
 */
const WORTH_THE_HOST = 1.15;

/** How many steps of a run are enough to compare forms by. */
export function measuredSteps(layers: readonly Layer[], models: number, { steps, sequences }: { readonly steps: number; readonly sequences: number }): number {
  const work = layers.reduce((sum, layer) => sum + workPerStep(layer, models, sequences), 0);
  return Math.min(steps, MEASURED.most, Math.max(MEASURED.least, Math.floor(MEASURED.work / work)));
}

function workPerStep({ cell, hidden, width, directions }: Layer, models: number, sequences: number): number {
  return models * directions * sequences * cell.gates.length * hidden * width;
}

/** What has been measured on one device. */
export class FormChoices {
  readonly #chosen = new Map<string, RecurrentForm>();

  constructor(private readonly gpu: Gpu) {}

  /** The choice for a layer like this one, where it needs no measurement or is remembered. */
  known(layer: Layer, models: number, sequences: number): RecurrentForm | undefined {
    if (workPerStep(layer, models, sequences) > WORTH_A_DISPATCH) return 'step';
    return this.#chosen.get(keyOf(layer, models, sequences));
  }

  /**
   * Runs both forms and keeps the faster; the dispatches must be ready to run. Nothing else should be under way: kernels that are being compiled, say.
   * @param check - called before each run; what it throws ends the measurement
   */
  async measure(layer: Layer, models: number, sequences: number, commands: Record<RecurrentForm, readonly Command[]>, check: () => void): Promise<void> {
    const end = performance.now() + PATIENCE;
    let best = { step: Infinity, persistent: Infinity };
    for (let i = 0; i <= REPEATS && (i === 0 || performance.now() < end); i++) {
      if (i === 1) best = { step: Infinity, persistent: Infinity }; // the first round warmed up
      for (const form of ['step', 'persistent'] as const) {
        check();
        best[form] = Math.min(best[form], await this.#time(commands[form]));
      }
    }
    this.#chosen.set(keyOf(layer, models, sequences), fasterForm(best));
  }

  async #time(commands: readonly Command[]): Promise<number> {
    const { device } = this.gpu;
    const encoder = device.createCommandEncoder({ label: 'measure' });
    record(encoder, 'measure', commands);
    const buffer = encoder.finish();
    const start = performance.now();
    device.queue.submit([buffer]);
    await this.gpu.done(device.queue.onSubmittedWorkDone());
    return performance.now() - start;
  }
}

/** Of both forms' times. */
export function fasterForm({ step, persistent }: Readonly<Record<RecurrentForm, number>>): RecurrentForm {
  return persistent < WORTH_THE_HOST * step ? 'persistent' : 'step';
}

function keyOf({ cell, hidden, directions }: Layer, models: number, sequences: number): string {
  const size = (n: number) => Math.ceil(Math.log2(n));
  return [cell.name, size(hidden), size(models * directions), size(sequences)].join(' ');
}
