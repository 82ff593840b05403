/**
 * From a text and a few settings to a tape, again and again: what `<rnn-model>` is about, and `<rnn-heatmap>` when it
 * stands alone. The latest request wins: one run is under way, at most one waits, and what it replaces is
 * dropped unseen. The last tape stays drawable until the next is ready. Where only the weights differ (another seed,
 * gain or bias, or one weight changed by hand) the model stays, and nothing is made anew. Nothing throws: what goes
 * wrong is a state.
 */
import { DeviceLostError, EngineError, initialWeights, OptionError, type Engine, type Model, type StateDict, type Tape } from '../engine';
import { stackKey } from './layer_stack';
import { readingOf, specOf, type NetworkRequest, type Reading } from './network';
import { RunGradient, type EntryLoss, type GradientState } from './run_gradient';
import { sharedEngine, type DeviceChoice } from './shared_engine';
import { submittedWorkOf } from './submitted_work';
import { withEdits, type WeightEdit } from './weight_edits';

export interface RunRequest extends NetworkRequest {
  readonly text: string;
  /** Read instead of the text when given. */
  readonly words: readonly string[] | undefined;
  /** Weights that are not what the seed, gain and bias would make them. */
  readonly edits?: readonly WeightEdit[];
  /** Another number puts weights that training has moved back to the start. */
  readonly generation?: number;
  readonly device: DeviceChoice;
}

export interface RunState {
  /** `empty`: nothing to read. `loading`: a run is under way; the previous tape, if any, can still be drawn. */
  readonly status: 'empty' | 'loading' | 'ready' | 'error';
  /** What the reader should know; empty when ready. */
  readonly message: string;
  readonly engine?: Engine;
  readonly model?: Model;
  readonly tape?: Tape;
  /** The weights before any was changed by hand. */
  readonly start?: StateDict;
  /** Edits that were left out, for the network has no such weight. */
  readonly misfits?: readonly WeightEdit[];
  /** The words that the tape read. */
  readonly words: readonly string[];
  /** Words of the text that this network does not know, and did not read. */
  readonly unknown: readonly string[];
  /** Where something else than the text was read: what. */
  readonly note: string;
  /** How often the tape's numbers became others in place, for training moved the weights. */
  readonly revision: number;
  /** They will be others in the next frame: what is drawn from GPU memory follows, what reads numbers waits. */
  readonly moving: boolean;
}

const DEVICES: readonly string[] = ['auto', 'gpu', 'cpu'];
const NO_RUN = { words: [], unknown: [], note: '', revision: 0, moving: false } as const;
const NOTHING_TO_READ: RunState = { ...NO_RUN, status: 'empty', message: 'There are no words to read; give a text.' };

/** A device that is lost this often in a row will not come back by asking again. */
const LOSSES_BORNE = 3;

/** Carries out work while no weights move. */
export type AtRest = <Result>(work: () => Promise<Result>) => Promise<Result>;

export class TextRun {
  #state: RunState = NOTHING_TO_READ;
  #modelKey: readonly unknown[] = [];
  #startKey = '';
  #editsKey = '';
  #start: StateDict = {};
  #inFlight: Promise<void> = Promise.resolve();
  #latest: RunRequest | undefined;
  #waiting: RunRequest | undefined;
  #underWay = false;
  #stop = new AbortController();
  #losses = 0;
  #refreshing: Promise<void> | undefined;
  readonly #watched = new WeakSet<Engine>();
  readonly #gradient: RunGradient;

  /**
   * @param changed - called after every change of `state`
   * @param atRest - carries out work while no weights move
   */
  constructor(
    private readonly changed: () => void,
    private readonly atRest: AtRest = (work) => work(),
  ) {
    this.#gradient = new RunGradient(changed, atRest);
  }

  get state(): RunState {
    return this.#state;
  }

  /** The gradient of a loss along the latest tape, carried back on demand; undefined while there is no tape. */
  gradient(loss: EntryLoss): GradientState | undefined {
    const { tape } = this.#state;
    return tape && this.#gradient.of(tape, loss);
  }

  /** Asks for a run. Whatever was asked for before and has not begun is forgotten. */
  request(request: RunRequest): void {
    this.#losses = 0;
    this.#enqueue(request);
  }

  /** Shows no run, for what was asked for makes no sense. */
  refuse(message: string): void {
    this.#latest = this.#waiting = undefined;
    this.#replace({ ...NO_RUN, status: 'error', message });
  }

  /** Gives everything back. A later request begins anew. */
  stop(): void {
    this.#stop.abort();
    this.#stop = new AbortController();
    this.#latest = this.#waiting = undefined;
    this.#replace(NOTHING_TO_READ);
  }

  /**
   * Has the tape follow weights that were moved where they are. At most one repetition waits for another; what is moved
   * again before it begins is in the next.
   *
   * @param resting - the weights stay as they are for now, and the host knows them
   */
  async follow(resting: boolean): Promise<void> {
    if (this.#refreshing && !resting) return;
    await this.#refreshing;
    const { tape } = this.#state;
    if (!tape || tape.released) return this.#setMoving(!resting);
    this.#setMoving(true);
    const refreshing = (this.#refreshing = tape.refresh());
    try {
      await refreshing;
    } catch {
      return; // a run that is gone by now has been replaced, and of a lost device the engine tells
    } finally {
      if (this.#refreshing === refreshing) this.#refreshing = undefined;
    }
    if (this.#state.tape !== tape) return;
    this.#state = { ...this.#state, revision: this.#state.revision + 1, moving: !resting };
    this.changed();
  }

  #setMoving(moving: boolean): void {
    if (moving === this.#state.moving) return;
    this.#state = { ...this.#state, moving };
    this.changed();
  }

  #enqueue(request: RunRequest): void {
    this.#latest = this.#waiting = request;
    if (this.#underWay) this.#announceLoading();
    else void this.#serve();
  }

  async #serve(): Promise<void> {
    this.#underWay = true;
    while (this.#waiting) {
      const request = this.#waiting;
      this.#waiting = undefined;
      const stop = this.#stop.signal;
      try {
        await this.#run(request, stop);
      } catch (error) {
        if (stop.aborted) continue;
        if (error instanceof DeviceLostError && ++this.#losses <= LOSSES_BORNE) this.#waiting ??= request;
        else if (!this.#waiting) this.#replace({ ...NO_RUN, status: 'error', message: messageOf(error) });
      }
    }
    this.#underWay = false;
  }

  async #run(request: RunRequest, stop: AbortSignal): Promise<void> {
    const reading = readingOf(String(request.text ?? ''), request.words, request);
    if (!reading) return this.#replace(NOTHING_TO_READ);
    if (!DEVICES.includes(request.device)) {
      throw new OptionError('device', `device: "${request.device}" given; it must be ${DEVICES.join(', ')}.`);
    }
    this.#announceLoading();
    const engine = await sharedEngine(request.device);
    this.#watchFor(engine);
    await Promise.all([this.#inFlight, this.#gradient.settled]);
    if (!stop.aborted) await this.atRest(() => this.#compute(engine, request, reading, stop));
  }

  async #compute(engine: Engine, request: RunRequest, reading: Reading, stop: AbortSignal): Promise<void> {
    const spec = specOf(request);
    const { edits = [], lesson, opened } = request;
    const described = [stackKey(spec.layers), request.embedding, lesson?.key, lesson?.models];
    const key: readonly unknown[] = opened ? [opened, 'size' in spec.input] : described;
    const startKey = opened ? `opened ${request.generation}` : JSON.stringify([request.seed, spec.layers, request.generation]);
    const editsKey = JSON.stringify(edits);
    const kept = this.#state.engine === engine && sameParts(this.#modelKey, key) ? this.#state.model : undefined;
    const model = kept ?? (await engine.model(spec, { weights: opened?.weights }));
    const started = kept !== undefined && startKey === this.#startKey;
    const start = started ? this.#start : opened ? opened.weights : kept ? initialWeights(spec) : Object.fromEntries(model.parameters);
    const { weights, misfits } = withEdits(start, edits);
    const differs = kept ? !started || editsKey !== this.#editsKey : weights !== start;
    if (differs) model.setParameters(weights, opened ? undefined : { seeds: spec.seeds ?? [request.seed] });
    const remember = () => ([this.#startKey, this.#editsKey, this.#start] = [startKey, editsKey, start]);
    if (kept) remember();
    let tape: Tape;
    try {
      tape = await model.run(reading.inputs, { abort: stop });
    } catch (error) {
      if (!kept) model.release();
      if (error instanceof DeviceLostError) await engine.lost;
      throw error;
    }
    if (stop.aborted) {
      tape.release();
      if (!kept) model.release();
      return;
    }
    this.#inFlight = submittedWorkOf(tape);
    this.#modelKey = key;
    remember();
    const status = this.#waiting ? 'loading' : 'ready';
    const { words, unknown, note } = reading;
    const { revision, moving } = this.#state;
    this.#replace({ status, message: this.#waiting ? 'Computing…' : '', engine, model, tape, start, misfits, words, unknown, note, revision, moving });
  }

  #watchFor(engine: Engine): void {
    if (this.#watched.has(engine)) return;
    this.#watched.add(engine);
    // The engine outlives most of those who run on it, and must not keep them.
    const self = new WeakRef(this);
    void engine.lost.then((reason) => {
      const run = self.deref();
      if (run) run.#lose(engine, reason);
    });
  }

  #lose(engine: Engine, reason: string): void {
    if (this.#state.engine !== engine || !this.#latest) return;
    if (++this.#losses > LOSSES_BORNE) {
      this.#replace({ ...NO_RUN, status: 'error', message: `The GPU device was lost ${this.#losses} times (${reason}). Reload the page to go on.` });
      return;
    }
    this.#replace({ ...NO_RUN, status: 'loading', message: `The GPU device was lost (${reason}); starting again…` });
    this.#enqueue(this.#latest);
  }

  #announceLoading(): void {
    const { status, message, tape } = this.#state;
    if (status === 'loading' && message) return;
    this.#state = { ...this.#state, status: 'loading', message: tape ? 'Computing…' : 'Starting…' };
    this.changed();
  }

  /** Views are told first, so that they take hold of the new tape before the old one goes back to the pool. */
  #replace(next: RunState): void {
    const { tape, model } = this.#state;
    if (next === this.#state) return;
    this.#state = next;
    if (tape !== next.tape) this.#gradient.forget();
    this.changed();
    if (tape !== next.tape) tape?.release();
    if (model !== next.model) model?.release();
  }
}

function sameParts(one: readonly unknown[], other: readonly unknown[]): boolean {
  return one.length === other.length && one.every((part, k) => Object.is(part, other[k]));
}

/** The engine names its own options; the reader wrote attributes. */
function messageOf(error: unknown): string {
  if (error instanceof EngineError) return error.message.replace(/^layers\[0\]\.|^input\./, '').replace(/^gateBias/, 'gate-bias');
  return `The network could not be run: ${error instanceof Error ? error.message : String(error)}`;
}
