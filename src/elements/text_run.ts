/**
 * From a text and a few settings to a tape, again and again: what `<rnn-model>` is about, and `<rnn-heatmap>` when it
 * stands alone. The latest request wins: one run is under way, at most one waits, and what it replaces is
 * dropped unseen. The last tape stays drawable until the next is ready. Where only the weights differ (another seed,
 * gain or bias, or one weight changed by hand) the model stays, and nothing is made anew. Nothing throws: what goes
 * wrong is a state.
 */
import { DeviceLostError, EngineError, initialWeights, OptionError, wordsOf, type Engine, type Model, type ModelSpec, type StateDict, type Tape } from '../engine';
import { gateBiasOf } from './gate_bias';
import { RunGradient, type EntryLoss, type GradientState } from './run_gradient';
import { sharedEngine, type DeviceChoice } from './shared_engine';
import { submittedWorkOf } from './submitted_work';
import { withEdits, type WeightEdit } from './weight_edits';

export interface RunRequest {
  readonly text: string;
  /** Read instead of the text when given. */
  readonly words: readonly string[] | undefined;
  readonly cell: string;
  readonly hidden: number;
  readonly seed: number;
  readonly embedding: number;
  /** Multiplies the recurrent weights that a model starts with. */
  readonly gain: number;
  /** `f:3`, or `{ f: 3 }`: whole biases of gates. */
  readonly gateBias: unknown;
  /** Weights that are not what the seed, gain and bias would make them. */
  readonly edits?: readonly WeightEdit[];
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
}

const DEVICES: readonly string[] = ['auto', 'gpu', 'cpu'];
const NOTHING_TO_READ: RunState = { status: 'empty', message: 'There are no words to read; give a text.', words: [] };

/** A device that is lost this often in a row will not come back by asking again. */
const LOSSES_BORNE = 3;

export class TextRun {
  #state: RunState = NOTHING_TO_READ;
  #modelKey = '';
  #startKey = '';
  #editsKey = '';
  #start: StateDict = {};
  #inFlight: Promise<void> = Promise.resolve();
  #latest: RunRequest | undefined;
  #waiting: RunRequest | undefined;
  #underWay = false;
  #stop = new AbortController();
  #losses = 0;
  readonly #watched = new WeakSet<Engine>();
  readonly #gradient = new RunGradient(() => this.changed());

  /** @param changed - called after every change of `state` */
  constructor(private readonly changed: () => void) {}

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

  /** Gives everything back. A later request begins anew. */
  stop(): void {
    this.#stop.abort();
    this.#stop = new AbortController();
    this.#latest = this.#waiting = undefined;
    this.#replace(NOTHING_TO_READ);
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
        else if (!this.#waiting) this.#replace({ status: 'error', message: messageOf(error), words: [] });
      }
    }
    this.#underWay = false;
  }

  async #run(request: RunRequest, stop: AbortSignal): Promise<void> {
    const words = request.words ? Array.from(request.words, String).filter((word) => word.trim() !== '') : wordsOf(String(request.text ?? ''));
    if (words.length === 0) return this.#replace(NOTHING_TO_READ);
    if (!DEVICES.includes(request.device)) {
      throw new OptionError('device', `device: "${request.device}" given; it must be ${DEVICES.join(', ')}.`);
    }
    this.#announceLoading();
    const engine = await sharedEngine(request.device);
    this.#watchFor(engine);
    const spec = specOf(request);
    const { edits = [], seed } = request;
    const key = [request.cell, request.hidden, request.embedding].join('\n');
    const startKey = JSON.stringify([seed, request.gain, spec.layers[0].gateBias]);
    const editsKey = JSON.stringify(edits);
    const kept = this.#state.engine === engine && this.#modelKey === key ? this.#state.model : undefined;
    await Promise.all([this.#inFlight, this.#gradient.settled]);
    if (stop.aborted) return;
    const model = kept ?? (await engine.model(spec));
    const started = kept !== undefined && startKey === this.#startKey;
    const start = started ? this.#start : kept ? initialWeights(spec) : Object.fromEntries(model.parameters);
    const { weights, misfits } = withEdits(start, edits);
    const differs = kept ? !started || editsKey !== this.#editsKey : weights !== start;
    if (differs) model.setParameters(weights, { seeds: [seed] });
    const remember = () => ([this.#startKey, this.#editsKey, this.#start] = [startKey, editsKey, start]);
    if (kept) remember();
    let tape: Tape;
    try {
      tape = await model.run({ words }, { abort: stop });
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
    this.#replace({ status, message: this.#waiting ? 'Computing…' : '', engine, model, tape, start, misfits, words });
  }

  #watchFor(engine: Engine): void {
    if (this.#watched.has(engine)) return;
    this.#watched.add(engine);
    void engine.lost.then((reason) => {
      if (this.#state.engine !== engine || !this.#latest) return;
      if (++this.#losses > LOSSES_BORNE) {
        this.#replace({ status: 'error', message: `The GPU device was lost ${this.#losses} times (${reason}). Reload the page to go on.`, words: [] });
        return;
      }
      this.#replace({ status: 'loading', message: `The GPU device was lost (${reason}); starting again…`, words: [] });
      this.#enqueue(this.#latest);
    });
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

function specOf({ cell, hidden, seed, embedding, gain, gateBias }: RunRequest): ModelSpec {
  return { input: { embedding }, layers: [{ cell, hidden, gain, gateBias: gateBiasOf(gateBias) }], seed };
}

/** The engine names its own options; the reader wrote attributes. */
function messageOf(error: unknown): string {
  if (error instanceof EngineError) return error.message.replace(/^layers\[0\]\.|^input\./, '').replace(/^gateBias/, 'gate-bias');
  return `The network could not be run: ${error instanceof Error ? error.message : String(error)}`;
}
