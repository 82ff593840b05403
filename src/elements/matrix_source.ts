/**
 * Where a heatmap's matrix comes from: a signal given, numbers given, a model that it is connected to, or a network
 * of its own, the first of them that is set. It is asked before every update and puts what it finds on display.
 */
import type { Engine, Signal, Tape } from '../engine';
import { givenMatrix, signalMatrix, type Matrix } from './matrix';
import type { ModelConnection } from './model_connection';
import type { RnnModel } from './rnn-model';
import type { DeviceChoice } from './shared_engine';
import type { ShownMatrix } from './shown_matrix';
import { TextRun, type RunState } from './text_run';

/** The properties of a heatmap that say what to draw. */
export interface MatrixProperties {
  text: string | undefined;
  cell: string;
  units: number;
  seed: number;
  embedding: number;
  device: DeviceChoice;
  for: string | undefined;
  model: RnnModel | undefined;
  signal: string;
  layer: number | undefined;
  direction: 'forward' | 'reverse';
  source: Signal | undefined;
  values: unknown;
  rows: number | undefined;
  rowLabels: readonly string[] | undefined;
  columnLabels: readonly string[] | undefined;
  min: number | undefined;
  max: number | undefined;
}

const NOTHING = 'There is nothing to draw yet: give a text, the id of an <rnn-model> in for, or values.';

export class MatrixSource {
  /** What computed the matrix; undefined for the page's own numbers. */
  engine: Engine | undefined;
  /** True while a run is under way. */
  busy = false;

  /** While there is nothing to draw yet: how many rows there will be. */
  rowsToCome = 0;

  readonly #run: TextRun;
  #asked: string | undefined;
  #key: readonly unknown[] = [];
  #matrix: Matrix | undefined;
  readonly #lost = new WeakMap<Engine, string>();

  /** @param changed - called when there may be something new to draw */
  constructor(
    private readonly given: MatrixProperties,
    private readonly connection: ModelConnection,
    private readonly shown: ShownMatrix,
    private readonly changed: () => void,
  ) {
    this.#run = new TextRun(changed);
  }

  /** Puts on display what the properties now say. */
  choose(): void {
    const { source, values, model, for: id, text } = this.given;
    const given = source !== undefined || values !== undefined;
    const connected = model !== undefined || Boolean(id);
    if (given || connected || text === undefined) this.#stopRun();
    this.busy = false;
    this.rowsToCome = 0;
    this.engine = undefined;
    if (source) this.#showSource(source);
    else if (values !== undefined) this.#showValues();
    else if (connected) this.#showRun(this.connection.model?.state);
    else if (text !== undefined) this.#showRun(this.#ownRun(text));
    else this.shown.clear(NOTHING);
  }

  /** Gives everything back. */
  stop(): void {
    this.#stopRun();
    this.#key = [];
    this.shown.clear('');
  }

  #showSource(source: Signal): void {
    const { tape } = source;
    const { engine } = tape;
    this.engine = engine;
    if (!this.#lost.has(engine)) {
      this.#lost.set(engine, '');
      void engine.lost.then((reason) => {
        this.#lost.set(engine, reason);
        this.changed();
      });
    }
    const reason = this.#lost.get(engine);
    if (reason) this.shown.clear(`The GPU device was lost (${reason}), and this run's numbers with it. Run the model again.`);
    else this.#show([source], tape, () => signalMatrix(source, tape.inputs.words?.[0]));
  }

  #showValues(): void {
    const { values, rows, rowLabels, columnLabels, min, max } = this.given;
    this.#show([values, rows, rowLabels, columnLabels, min, max], undefined, () => givenMatrix({ values, rows, rowLabels, columnLabels, min, max }));
  }

  #showRun(run: RunState | undefined): void {
    if (!run) return this.shown.clear(this.connection.problem);
    this.busy = run.status === 'loading';
    this.engine = run.engine;
    const { tape, words } = run;
    if (!tape) {
      const units = this.connection.model?.units ?? this.given.units;
      this.rowsToCome = this.busy && units >= 1 && units <= 64 ? units : 0;
      return this.shown.clear(run.message);
    }
    const { signal, layer, direction } = this.given;
    this.#show([tape, signal, layer, direction], tape, () => signalMatrix(tape.signal(signal, { layer, direction }), words));
  }

  /** Makes the matrix anew only when what it is made from has changed. */
  #show(key: readonly unknown[], tape: Tape | undefined, make: () => Matrix | string): void {
    if (key.length === this.#key.length && key.every((part, i) => Object.is(part, this.#key[i]))) {
      if (this.#matrix) this.shown.show(this.#matrix, tape);
      return;
    }
    this.#key = key;
    this.#matrix = undefined;
    try {
      const made = make();
      if (typeof made === 'string') return this.shown.clear(made);
      this.#matrix = made;
      this.shown.show(made, tape);
    } catch (error) {
      this.shown.clear(error instanceof Error ? error.message : String(error));
    }
  }

  #ownRun(text: string): RunState {
    const { cell, units: hidden, seed, embedding, device } = this.given;
    const request = { text, words: undefined, cell, hidden, seed, embedding, device };
    const asked = JSON.stringify(request);
    if (asked !== this.#asked) {
      this.#asked = asked;
      this.#run.request(request);
    }
    return this.#run.state;
  }

  #stopRun(): void {
    if (this.#asked === undefined) return;
    this.#asked = undefined;
    this.#run.stop();
  }
}
