/**
 * Which form of the recurrence is faster for a layer, measured on the adapter with a few short runs and remembered.
 * Nearby sizes share a measurement: the choice changes far more slowly with size than either time does.
 */
import type { RecurrentForm } from '../engine';
import type { RecurrentLayer as Layer } from '../model/spec';
import { ready, record, type Command } from './command_list';
import type { Gpu } from './device';

/** Steps and sequences of the measured run are no more than these. */
export const MEASURED = { steps: 16, sequences: 64 } as const;

const REPEATS = 3;

/** What has been measured on one device. */
export class FormChoices {
  readonly #chosen = new Map<string, RecurrentForm>();

  constructor(private readonly gpu: Gpu) {}

  /** The remembered choice for a layer like this one. */
  known(layer: Layer, models: number, sequences: number): RecurrentForm | undefined {
    return this.#chosen.get(keyOf(layer, models, sequences));
  }

  /**
   * Runs both forms and keeps the faster.
   * @param check - called before each run; what it throws ends the measurement
   */
  async measure(layer: Layer, models: number, sequences: number, commands: Record<RecurrentForm, readonly Command[]>, check: () => void): Promise<void> {
    await Promise.all([ready(commands.step), ready(commands.persistent)]);
    const best = { step: Infinity, persistent: Infinity };
    for (let i = 0; i <= REPEATS; i++) {
      for (const form of ['step', 'persistent'] as const) {
        check();
        const time = await this.#time(commands[form]);
        if (i > 0) best[form] = Math.min(best[form], time); // the first round only warms up
      }
    }
    this.#chosen.set(keyOf(layer, models, sequences), best.persistent < best.step ? 'persistent' : 'step');
  }

  async #time(commands: readonly Command[]): Promise<number> {
    const { device } = this.gpu;
    const encoder = device.createCommandEncoder({ label: 'measure' });
    record(encoder, 'measure', commands);
    const buffer = encoder.finish();
    const start = performance.now();
    device.queue.submit([buffer]);
    await device.queue.onSubmittedWorkDone();
    return performance.now() - start;
  }
}

function keyOf({ cell, hidden, directions }: Layer, models: number, sequences: number): string {
  const size = (n: number) => Math.ceil(Math.log2(n));
  return [cell.name, size(hidden), size(models * directions), size(sequences)].join(' ');
}
