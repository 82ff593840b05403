/**
 * Where a heatmap's matrix comes from: a signal given, numbers given, a model that it is connected to, or a network
 * of its own, the first of them that is set. It is asked before every update and puts what it finds on display.
 */
import type { Engine, Signal, Tape } from '../engine';
import { attentionMatrix } from './attention_matrix';
import { EngineHistory, noticeOf, type EngineNotice } from './engine_history';
import type { LabelledGrid } from './heatmap_layout';
import { influenceMatrix } from './influence_matrix';
import { InfluenceRun } from './influence_run';
import { givenMatrix, logEnds, meanMatrix, rowLabelsFault, signalMatrix, type GradientOf, type Matrix } from './matrix';
import type { ModelConnection } from './model_connection';
import type { OwnNetwork } from './own_network';
import type { Scaling } from './range';
import type { GradientState } from './run_gradient';
import type { RnnModel } from './rnn-model';
import type { DeviceChoice } from './shared_engine';
import type { ShownMatrix } from './shown_matrix';
import type { RunState } from './text_run';

/** The properties of a heatmap that say what to draw. */
export interface MatrixProperties {
  text: string | undefined;
  cell: string;
  units: number;
  seed: number;
  embedding: number;
  gain: number;
  gateBias: string | Readonly<Record<string, number>>;
  lossUnit: number | undefined;
  lossStep: number | undefined;
  device: DeviceChoice;
  for: string | undefined;
  model: RnnModel | undefined;
  signal: string;
  layer: number | undefined;
  direction: 'forward' | 'reverse';
  unit: number | undefined;
  group: number | undefined;
  reduce: 'mean' | undefined;
  scale: Scaling | undefined;
  source: Signal | undefined;
  values: unknown;
  rows: number | undefined;
  rowLabels: readonly string[] | undefined;
  columnLabels: readonly string[] | undefined;
  rowNoun: string | undefined;
  columnNoun: string | undefined;
  min: number | undefined;
  max: number | undefined;
}

/** What is known of a matrix before there is a run. */
type RowsToCome = LabelledGrid & Partial<Pick<Matrix, 'title'>>;

const NOTHING = 'There is nothing to draw yet: give a text, the id of an <rnn-model> in for, or values.';

const STARTING: RunState = { status: 'loading', message: 'Starting…', words: [], unknown: [], note: '', revision: 0, moving: false };

export class MatrixSource {
  /** What computed the matrix; undefined for the page's own numbers. */
  engine: Engine | undefined;
  /** True while a run is under way. */
  busy = false;

  /** What is to be known of what computes: the CPU, for want of a GPU, or a GPU that is one in name only. */
  notice: EngineNotice | undefined;

  /** While there is nothing to draw yet: what will be drawn, its rows at least. */
  coming: Matrix | RowsToCome | undefined;

  /** The matrix of pairs of steps, for `signal="influence"`. */
  readonly influence: InfluenceRun;

  /** The network of the heatmap's own: what runs one is loaded for the first text. */
  #own: OwnNetwork | undefined;
  #loading: RunState | undefined;
  #key: readonly unknown[] = [];
  #matrix: Matrix | undefined;
  #rested = 0;
  #isNear = false;
  readonly #history: EngineHistory;

  /** @param changed - called when there may be something new to draw */
  constructor(
    private readonly given: MatrixProperties,
    private readonly connection: ModelConnection,
    private readonly shown: ShownMatrix,
    private readonly changed: () => void,
  ) {
    this.influence = new InfluenceRun(changed);
    this.#history = new EngineHistory(changed);
  }

  /** The GPU was lost and is back, and this is the first picture since. */
  get isRestored(): boolean {
    return this.#history.isRestored;
  }

  /** The model whose run is shown; undefined for a network of its own, for numbers and for signals given. */
  get views(): RnnModel | undefined {
    const { source, values } = this.given;
    return source === undefined && values === undefined ? this.connection.model : undefined;
  }

  /** Puts on display what the properties now say. Far from the screen nothing is computed: what has been drawn stands, and what has not keeps its room. */
  choose(isNear: boolean): void {
    this.#isNear = isNear;
    const { source, values, model, for: id, text, signal } = this.given;
    const given = source !== undefined || values !== undefined;
    const connected = model !== undefined || Boolean(id);
    if (given || connected || text === undefined) this.#own?.stop();
    if (given || signal !== 'influence') this.influence.clear();
    if (given) this.#history.forget();
    this.busy = false;
    this.coming = undefined;
    this.engine = undefined;
    if (source) this.#showSource(source);
    else if (values !== undefined) this.#showValues();
    else if (connected) this.#showRun(this.connection.model?.state);
    else if (text === undefined) this.shown.clear(NOTHING, 'empty');
    else if (!isNear && !this.#own?.isRunning) this.#wait(this.#rowsFor(this.given.units));
    else this.#showRun(this.#ownRun());
    this.notice = source ? undefined : noticeOf(this.engine, this.connection.model?.device ?? this.given.device);
  }

  /** Gives everything back. */
  stop(): void {
    this.#own?.stop();
    this.influence.clear();
    this.#key = [];
    this.coming = undefined;
    this.#history.forget();
    this.shown.clear('', 'empty');
  }

  #showSource(source: Signal): void {
    const { tape } = source;
    const { engine } = tape;
    this.engine = engine;
    const reason = this.#history.lossOf(engine);
    if (reason) this.shown.clear(`The GPU device was lost (${reason}), and this run's numbers with it. Run the model again.`, 'device-lost');
    else this.#show([source, this.given.scale, this.given.unit, this.given.group, this.given.reduce, this.given.rowLabels], tape, () => this.#signalMatrix(source, tape.inputs.words?.[0]));
  }

  #showValues(): void {
    const { values, rows, rowLabels, columnLabels, rowNoun, columnNoun, unit, scale, min, max } = this.given;
    const key = [values, rows, rowLabels, columnLabels, rowNoun, columnNoun, unit, scale, min, max];
    this.#show(key, undefined, () => givenMatrix({ values, rows, rowLabels, columnLabels, rowNoun, columnNoun, unit, scaling: scalingOf(scale), min, max }));
  }

  /** Of so many units one alone may be asked for, or the mean of all; undefined where that is not known to be right. */
  #rowsFor(units: number): RowsToCome | undefined {
    const { unit, reduce } = this.given;
    const rows = unit === undefined && reduce === undefined ? units : 1;
    return rows >= 1 && rows <= 64 ? { rows, columns: 1, rowNoun: '' } : undefined;
  }

  #wait(coming: MatrixSource['coming'], message = ''): void {
    this.coming = coming;
    this.shown.clear(message, 'loading');
  }

  #showRun(run: RunState | undefined): void {
    if (!run) return this.shown.clear(this.connection.problem, 'empty');
    this.busy = run.status === 'loading';
    this.engine = run.engine;
    this.#history.follow(run);
    const { tape, words } = run;
    const rows = this.#rowsFor(tape?.model.shape.layers.at(-1)?.width ?? this.connection.model?.units ?? this.given.units);
    if (!tape) {
      this.shown.clear(run.message, this.#history.absenceOf(run));
      if (this.busy) this.coming = rows;
      return;
    }
    const { signal, layer, direction, scale, unit, group, reduce, rowLabels } = this.given;
    const matrixOf = (loss?: GradientOf) => this.#signalMatrix(tape.signal(signal, { layer, direction }), words, loss);
    const coming = () => madeOrNone(matrixOf) ?? rows;
    if (!this.#isNear) {
      this.influence.pause();
      if (!this.shown.matrix) this.#wait(coming());
      return;
    }
    if (signal === 'influence') return this.#showInfluence(tape, run);
    const key = [tape, signal, layer, direction, scale, unit, group, reduce, rowLabels, this.#numbersOf(tape, run)];
    if (!signal.startsWith('d_')) return this.#show(key, tape, matrixOf, run);
    const gradient = this.#gradient(tape);
    if (typeof gradient === 'string') return this.shown.clear(gradient, 'error');
    if (gradient.status === 'error') return this.shown.clear(gradient.message, 'error');
    if (gradient.status === 'ready') {
      return this.#show([...key, gradient], tape, () => matrixOf(gradient.loss), run);
    }
    this.busy = true;
    if (!this.shown.matrix) this.#wait(coming(), 'Computing…');
  }

  /** Numbers in GPU memory change under the same picture; those of the CPU are other numbers, as are those that are fetched, once they rest. */
  #numbersOf(tape: Tape, { engine, revision, moving }: RunState): number {
    if (engine?.kind === 'cpu') return revision;
    const { signal: name, layer } = this.given;
    // The matrix of attention is put together from what was fetched, wherever its heads are kept.
    const stored = name !== 'attn' && tape.signals.some((info) => info.name === name && (layer === undefined || info.layer === layer) && tape.signal(name, info).storage);
    if (stored) return 0;
    if (!moving) this.#rested = revision;
    return this.#rested;
  }

  /** Throws, in words, for properties that do not go together. */
  #signalMatrix(signal: Signal, words: readonly string[] | undefined, loss?: GradientOf): Matrix {
    const matrix = this.#rowsOf(signal, words, loss);
    const { rowLabels = matrix.rowLabels } = this.given;
    const fault = rowLabelsFault(rowLabels, matrix.rows);
    if (fault) throw new Error(fault);
    return { ...matrix, rowLabels };
  }

  /** Which rows of it are asked for. */
  #rowsOf(signal: Signal, words: readonly string[] | undefined, loss: GradientOf | undefined): Matrix {
    const { scale, unit, group, reduce } = this.given;
    if (signal.name === 'attn') return attentionMatrix(signal, words, group);
    if (reduce === undefined || reduce === null) return signalMatrix(signal, words, scalingOf(scale), loss, { unit, group });
    if (reduce !== 'mean') throw new Error(`reduce: "${String(reduce)}" given; it must be mean.`);
    if (unit !== undefined || group !== undefined) throw new Error('reduce: a mean is over all units; give no unit and no group beside it.');
    return meanMatrix(signal, words, scalingOf(scale), loss);
  }

  /** The gradient that the run has or is about to have, or why there can be none. */
  #gradient(tape: Tape): GradientState | string {
    const { lossUnit, lossStep } = this.given;
    const { model } = this.connection;
    if (!model) return this.#own!.gradient({ unit: lossUnit ?? 0, step: lossStep ?? tape.inputs.steps - 1 })!;
    if (lossUnit !== undefined || lossStep !== undefined) return 'loss-unit and loss-step: a run has one loss, which all its views show; set them on the <rnn-model>.';
    return model.gradient()!;
  }

  /** The last matrix stands, with its own words, while the next is measured. */
  #showInfluence(tape: Tape, { words, status, revision, moving }: RunState): void {
    const { influence } = this;
    const { layer, unit, min, max } = this.given;
    const decades = logEnds(min, max);
    if (typeof decades === 'string') return this.shown.clear(decades, 'error');
    if (status === 'loading' || moving) influence.pause();
    else influence.ask({ tape, revision, words, layer, unit });
    this.busy ||= influence.busy;
    const { value, failure } = influence;
    if (failure) return this.shown.clear(failure, 'error');
    if (value) return this.#show([value, min, max], undefined, () => influenceMatrix(value.influence, value.words, value.layers, decades));
    this.shown.clear(influence.cancelled ? 'There is no matrix yet.' : 'Measuring what every state feels of every word…', influence.cancelled ? 'empty' : 'loading');
  }

  #show(key: readonly unknown[], tape: Tape | undefined, make: () => Matrix | string, run?: RunState): void {
    this.#display(key, tape, make, run);
    this.coming = this.#matrix;
  }

  /** Makes the matrix anew only when what it is made from has changed. */
  #display(key: readonly unknown[], tape: Tape | undefined, make: () => Matrix | string, run?: RunState): void {
    if (key.length === this.#key.length && key.every((part, i) => Object.is(part, this.#key[i]))) {
      if (this.#matrix) this.shown.show(this.#matrix, tape);
      if (run) this.shown.follow(run);
      return;
    }
    this.#key = key;
    this.#matrix = undefined;
    try {
      const made = make();
      if (typeof made === 'string') return this.shown.clear(made, 'error');
      this.#matrix = made;
      this.shown.show(made, tape);
    } catch (error) {
      this.shown.clear(error instanceof Error ? error.message : String(error), 'error');
    }
  }

  #ownRun(): RunState {
    const own = this.#own;
    if (!own) return this.#loadOwn();
    if (this.#isNear) own.follow(this.given);
    return own.state;
  }

  #loadOwn(): RunState {
    if (this.#loading) return this.#loading;
    this.#loading = STARTING;
    import('./own_network')
      .then(
        ({ OwnNetwork: Own }) => (this.#own = new Own(this.changed)),
        () => (this.#loading = { ...STARTING, status: 'error', message: 'What runs a network could not be loaded; look whether this page is still online, and reload it.' }),
      )
      .finally(this.changed);
    return STARTING;
  }
}

/** Undefined where there will be a complaint in its place. */
function madeOrNone(make: () => Matrix): Matrix | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}

/** Throws for a scale that there is none of, in words. */
function scalingOf(scale: Scaling | undefined): Scaling | undefined {
  if (scale === undefined || scale === null || scale === 'log' || scale === 'linear') return scale ?? undefined;
  throw new Error(`scale: "${String(scale)}" given; it must be log or linear.`);
}
