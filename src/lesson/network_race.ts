/** Several networks that learn one task on the same sequences, side by side: their elements, buttons, curves and tally. */
import { html, render, type TemplateResult } from 'lit';
import type { RnnModel } from '../elements/rnn-model';
import { percent, recentOf } from '../elements/training_words';
import { interval, median, solvedAt } from './curve_points';
import { OUT_OF_SIGHT, restOutOfSight } from './out_of_sight';
import { TrainingCurves } from './training_curves';

/** One of those that race. */
export interface Contestant {
  readonly name: string;
  /** Whose colour and line it has. */
  readonly cell: string;
}

/** A contestant, and the element that trains its networks. */
export interface Racer {
  readonly network: Contestant;
  readonly model: RnnModel;
}

export interface RaceOptions {
  /** What ids in the page begin with: `race-train`, `race-step`, `race-reset`, `race-progress`, `race-state`, `race-models`, `race-curves`, `race-tally`. */
  readonly prefix: string;
  /** The mean of ten updates from which on the task counts as solved. */
  readonly solved: number;
  /** Called when networks came or went. */
  readonly arranged?: (racers: readonly Racer[]) => void;
}

export class NetworkRace {
  #racers: readonly Racer[] = [];
  #starting = false;
  #rests = false;
  #rested: readonly RnnModel['state']['model'][] = [];
  #updates = 0;
  #isTelling = false;
  readonly #curves: TrainingCurves;

  constructor(private readonly options: RaceOptions) {
    this.#curves = new TrainingCurves(this.#part('curves'), () => this.#racers.map(({ network: { name, cell }, model }) => ({ name, cell, tallies: model.training.tallies })));
    this.#part('train').addEventListener('click', () => void (this.#isRunning ? this.#pause() : this.#train()));
    this.#part('step').addEventListener('click', () => {
      if (!this.#isRunning) void Promise.all(this.#racers.map(({ model }) => model.step()));
    });
    this.#part('reset').addEventListener('click', () => void Promise.all(this.#racers.map(({ model }) => model.reset())));
    restOutOfSight(this.#part('train').closest('figure')!, { isRunning: () => this.#trains, rest: () => this.#rest(), goOn: () => this.#goOn() });
  }

  get racers(): readonly Racer[] {
    return this.#racers;
  }

  /**
   * As many models as race, each with its own properties. Those that stay are kept.
   *
   * @param updates - after which all are done
   */
  arrange<Network extends Contestant>(networks: readonly Network[], updates: number, propertiesOf: (network: Network) => Partial<RnnModel>): void {
    const kept = new Map<Contestant, Racer>(this.#racers.map((racer) => [racer.network, racer]));
    const next = networks.map((network) => kept.get(network) ?? { network, model: document.createElement('rnn-model') });
    next.forEach(({ model }, k) => Object.assign(model, propertiesOf(networks[k]), { updates }));
    for (const { network, model } of next) if (!kept.has(network)) model.watch(() => this.#tell());
    for (const { network, model } of this.#racers) if (!(networks as readonly Contestant[]).includes(network)) model.remove();
    this.#racers = next;
    this.#updates = updates;
    // What is there already stays where it is: taken out, it would forget what it has learned.
    this.#part('models').append(...next.flatMap(({ model }) => (model.isConnected ? [] : [model])));
    this.options.arranged?.(next);
    this.#tell();
  }

  get #isRunning(): boolean {
    return this.#starting || this.#racers.some(({ model }) => model.training.status === 'running' || model.training.status === 'starting');
  }

  /** Until it is told to pause; single updates end by themselves. */
  get #trains(): boolean {
    return this.#starting || this.#racers.some(({ model }) => model.training.goesOn);
  }

  /** All take one step first: by then every kernel is there, and they are off together. */
  async #train(): Promise<void> {
    this.#starting = true;
    this.#tell();
    const entered = this.#racers;
    const fresh = entered.filter(({ model }) => model.training.updates === 0);
    await Promise.all(fresh.map(({ model }) => model.step()));
    const off = this.#starting && entered === this.#racers;
    this.#starting = false;
    if (off) await Promise.all(entered.map(({ model }) => model.train()));
    this.#tell();
  }

  async #pause(): Promise<void> {
    this.#starting = false;
    await Promise.all(this.#racers.map(({ model }) => model.pause()));
  }

  #rest(): void {
    this.#rests = true;
    this.#rested = this.#networks;
    void this.#pause();
  }

  /** Those that have become others meanwhile wait for the reader. */
  #goOn(): void {
    this.#rests = false;
    const same = this.#networks.every((network, k) => network === this.#rested[k]);
    if (same || this.#racers.some(({ model }) => model.training.updates > 0)) void this.#train();
  }

  get #networks(): readonly RnnModel['state']['model'][] {
    return this.#racers.map(({ model }) => model.state.model);
  }

  #tell(): void {
    if (this.#isTelling) return;
    this.#isTelling = true;
    requestAnimationFrame(() => {
      this.#isTelling = false;
      this.#curves.update();
      const running = this.#isRunning;
      this.#part('train').textContent = running ? 'Pause' : 'Train';
      for (const name of ['train', 'step', 'reset']) this.#part(name).setAttribute('aria-disabled', String(this.#racers.length === 0 || (name === 'step' && running)));
      const progress = this.#part<HTMLProgressElement>('progress');
      progress.hidden = !running;
      progress.value = this.#done / Math.max(1, this.#updates);
      const state = this.#inWords();
      if (this.#part('state').textContent !== state) this.#part('state').textContent = state;
      render(tally(this.#racers, this.options.solved), this.#part('tally'));
    });
  }

  /** Updates that all have behind them. */
  get #done(): number {
    return this.#racers.length === 0 ? 0 : Math.min(...this.#racers.map(({ model }) => model.training.updates));
  }

  #inWords(): string {
    const racers = this.#racers;
    const failed = racers.find(({ model }) => model.training.status === 'error' || model.training.status === 'diverged' || model.state.status === 'error');
    if (failed) return `${failed.network.name}: ${failed.model.training.message || failed.model.state.message}`;
    if (this.#rests) return OUT_OF_SIGHT;
    if (this.#starting) return 'Getting ready…';
    const done = this.#done;
    if (done === 0) return '';
    if (this.#isRunning) return `Training, ${this.#updates} updates in all.`;
    return done >= this.#updates ? `All ${this.#updates} updates are done.` : `Paused at update ${done}.`;
  }

  #part<Type extends HTMLElement = HTMLElement>(name: string): Type {
    return document.getElementById(`${this.options.prefix}-${name}`) as Type;
  }
}

function tally(racers: readonly Racer[], accuracy: number): TemplateResult {
  return html`<div class="scroll" tabindex="0" role="group" aria-label="Who has solved it">
    <table class="tally">
      <thead>
        <tr><th scope="col">Network</th><th scope="col">Solved</th><th scope="col">95 % interval</th><th scope="col">At update, the middle one</th><th scope="col">Right now</th></tr>
      </thead>
      <tbody>
        ${racers.map(({ network: { name, cell }, model }) => {
          const { tallies } = model.training;
          const solved = Array.from({ length: model.seeds }, (_, m) => solvedAt(tallies, m, accuracy));
          const updates = solved.filter((update) => update !== undefined);
          const [low, high] = interval(updates.length, model.seeds);
          const recent = recentOf(tallies);
          return html`<tr>
            <th scope="row">${name}</th>
            <td><span class="dots" data-cell=${cell} aria-hidden="true">${solved.map((update) => (update === undefined ? '○' : '●'))}</span> ${updates.length} of ${model.seeds}</td>
            <td>${Math.round(100 * low)}–${Math.round(100 * high)} %</td>
            <td>${median(updates) ?? '–'}</td>
            <td>${recent?.accuracy === undefined ? '–' : percent(recent.accuracy)}</td>
          </tr>`;
        })}
      </tbody>
    </table>
  </div>`;
}
