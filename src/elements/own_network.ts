/** A heatmap's network of its own, as its properties describe it. It is loaded with the first text that has to be run. */
import type { MatrixProperties } from './matrix_source';
import type { EntryLoss, GradientState } from './run_gradient';
import { TextRun, type RunState } from './text_run';

export class OwnNetwork {
  readonly #run: TextRun;
  #asked = '';

  /** @param changed - called after every change of `state` */
  constructor(changed: () => void) {
    this.#run = new TextRun(changed);
  }

  get state(): RunState {
    return this.#run.state;
  }

  /** Whether anything was asked of it since it was last stopped. */
  get isRunning(): boolean {
    return this.#asked !== '';
  }

  /** Runs the network that is described, unless it was the last to be asked for. */
  follow({ text = '', cell, units: hidden, seed, embedding, gain, gateBias, device }: MatrixProperties): void {
    const request = { text, words: undefined, cell, hidden, seed, embedding, gain, gateBias, device };
    const asked = JSON.stringify(request);
    if (asked === this.#asked) return;
    this.#asked = asked;
    this.#run.request(request);
  }

  /** The gradient of a loss along the latest tape; undefined while there is no tape. */
  gradient(loss: EntryLoss): GradientState | undefined {
    return this.#run.gradient(loss);
  }

  /** Gives everything back. */
  stop(): void {
    if (!this.isRunning) return;
    this.#asked = '';
    this.#run.stop();
  }
}
