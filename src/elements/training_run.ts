/**
 * What becomes of a network while it is trained: started, paused, taken a step at a time, put back. The weights move
 * where they are; here is kept what is known of them, the last snapshot above all, from which a run that lost its device
 * or met a number that is not finite goes on. Nothing throws: what goes wrong is a state.
 */
import { DeviceLostError, DivergedError, ReleasedError, type MadeTask, type Model, type SavedRun, type Snapshot, type Tally, type Trainer, type TrainerOptions } from '../engine';
import { pageClock, type PageClock } from './page_clock';
import { TallyRecord } from './tally_record';
import { trainingLoop, type Trainee, type TrainingLoop } from './training_loop';

/** What is trained, and how. */
export interface TrainingPlan {
  readonly task: MadeTask;
  readonly options: Omit<TrainerOptions, 'task'>;
  /** Stops after so many updates in all. */
  readonly updates: number;
  /** Stops once the mean accuracy of the last ten updates reaches this in every model. */
  readonly untilAccuracy: number | undefined;
}

export interface TrainingState {
  /** `idle`: nothing was trained yet. `starting`: a trainer is on its way. */
  readonly status: 'idle' | 'starting' | 'running' | 'paused' | 'diverged' | 'error';
  /** Whether it trains until it is told to pause; not while it takes single updates, which end by themselves. */
  readonly goesOn: boolean;
  /** What the reader should know; empty where the status says it all. */
  readonly message: string;
  /** Updates queued so far. */
  readonly updates: number;
  /** What is known of the updates done, oldest first. */
  readonly tallies: readonly Tally[];
  /** Steps of sequences read in a second, of all models together, while it runs. */
  readonly tokensPerSecond: number | undefined;
  /** Compute dispatches of one update; 0 on the CPU. */
  readonly dispatches: number;
}

/** What training asks of the network that it trains. */
export interface TrainingHost {
  /** The network as it is now; undefined while there is none. */
  model(): Model | undefined;
  /** What it is to learn. Throws OptionError for what makes no sense. */
  plan(): TrainingPlan;
  /** Settles when the network is there, or cannot be. */
  ready(): Promise<void>;
  /** The weights moved: `resting` when they are where they will stay for now, and the host knows them. */
  moved(resting: boolean): Promise<void>;
  /** Called after every change of `state`. */
  changed(): void;
}

/** Losses come at most so often, in frames; weights in milliseconds. */
const TALLY_FRAMES = 10;
const SNAPSHOT_MILLISECONDS = 5000;

const NOTHING_YET: TrainingState = { status: 'idle', goesOn: false, message: '', updates: 0, tallies: [], tokensPerSecond: undefined, dispatches: 0 };

export class TrainingRun implements Trainee {
  #state = NOTHING_YET;
  #plan: TrainingPlan | undefined;
  #trainer: Trainer | undefined;
  #optionsKey = '';
  #last: Snapshot | undefined;
  #goOn = false;
  #lost: Model | undefined;
  #ended = '';
  #interrupted = '';
  #frames = 0;
  #snapshotAt = 0;
  #asking = false;
  readonly #record = new TallyRecord();
  #turn: Promise<unknown> = Promise.resolve();
  #steps: AbortController | undefined;

  constructor(
    private readonly host: TrainingHost,
    private readonly loop: TrainingLoop = trainingLoop,
    private readonly clock: PageClock = pageClock,
  ) {}

  get state(): TrainingState {
    return this.#state;
  }

  /** The optimiser's and the weights' last whole state that was read back. */
  get snapshot(): Snapshot | undefined {
    return this.#last;
  }

  /** Everything that goes on from here, for a file: of a training that diverged, the last that was good. Undefined where nothing was trained. */
  saved(): Promise<Pick<SavedRun, 'snapshot' | 'options'> | undefined> {
    return this.#inTurn(async () => {
      const trainer = this.#trainer;
      if (!trainer || trainer.updates === 0) return undefined;
      const snapshot = this.#state.status === 'diverged' ? trainer.lastGood : await trainer.snapshot();
      return { snapshot, options: this.#plan!.options };
    });
  }

  /** What was trained elsewhere goes on from there, once the reader trains. */
  goOnFrom(snapshot: Snapshot): void {
    this.#last = snapshot;
    this.#tell({ status: 'paused', updates: snapshot.update, message: `Trained up to update ${snapshot.update}, and ready to go on.` });
  }

  // As a member of the page's loop:

  get trainer(): Trainer {
    return this.#trainer!;
  }

  get wanted(): number {
    return this.#plan!.updates - this.trainer.updates;
  }

  moved(): void {
    this.#frames++;
    this.#tell({ updates: this.trainer.updates });
    void this.host.moved(false);
    if (this.wanted <= 0) void this.#end(`All ${this.trainer.updates} updates are done.`);
    else if (this.clock.now() - this.#snapshotAt > SNAPSHOT_MILLISECONDS) void this.#ask(() => this.#takeSnapshot());
    else if (this.#frames % TALLY_FRAMES === 0) void this.#ask(() => this.#collect());
  }

  failed(error: unknown): void {
    const trainer = this.#trainer;
    // What one trainer left behind must not end the next.
    void this.#inTurn(() => (trainer === this.#trainer ? this.#fail(error) : undefined));
  }

  // For the reader:

  /** Trains until it is told to pause, or has done what was asked for. */
  async train(): Promise<void> {
    this.#goOn = true;
    await this.#start((trainer) => this.#go(trainer));
  }

  /**
   * Stops after what is queued.
   *
   * @param reason - what the reader should know of it
   */
  pause(reason = ''): Promise<void> {
    return this.#end(reason);
  }

  async #end(reason: string): Promise<void> {
    this.#ended = reason;
    this.#interrupted = '';
    this.#goOn = false;
    this.#steps?.abort();
    await this.#inTurn(() => this.#rest());
  }

  /** So many updates, and no more. */
  async step(count = 1): Promise<void> {
    this.#goOn = false;
    await this.#start(async (trainer) => {
      const abort = (this.#steps = new AbortController());
      this.#ended = '';
      this.#tell({ status: 'running', message: '' });
      try {
        await trainer.steps(count, { abort: abort.signal, progress: (_latest, done) => this.#tell({ updates: trainer.updates, tallies: this.#record.take(trainer.tallies), message: count > 1 ? `${done} of ${count}` : '' }) });
      } catch (error) {
        if (!abort.signal.aborted) throw error;
      } finally {
        this.#steps = undefined;
      }
      await this.#rest();
    });
  }

  /** Puts the weights and the optimiser back to the start. */
  async reset(): Promise<void> {
    this.#goOn = false;
    this.#steps?.abort();
    await this.#inTurn(async () => {
      const trainer = this.#trainer;
      this.#last = undefined;
      if (!trainer) return this.#tell(NOTHING_YET);
      await this.loop.leave(this);
      this.#record.clear();
      trainer.reset();
      await this.#settle(trainer, { ...NOTHING_YET, dispatches: trainer.dispatches });
    });
  }

  /** Goes back to the last weights whose numbers were all finite, and stops there. */
  async restoreLastGood(): Promise<void> {
    await this.#inTurn(async () => {
      const trainer = this.#trainer;
      if (!trainer) return;
      trainer.restore(trainer.lastGood);
      await this.#settle(trainer, { status: trainer.updates > 0 ? 'paused' : 'idle', message: `Back at update ${trainer.updates}.` });
    });
  }

  /** Has work done while no update is under way; training goes on after it. */
  atRest<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.#inTurn(async () => {
      await this.loop.leave(this);
      try {
        return await work();
      } finally {
        if (this.#goOn && this.#trainer && this.#state.status === 'running') this.loop.enter(this);
      }
    });
  }

  /** What is asked for became something else, which a network that trains takes up at once. */
  async replan(): Promise<void> {
    if (this.#goOn && this.#trainer) await this.train();
  }

  /** Forgets everything: the network is another now. */
  drop(): void {
    this.#goOn = false;
    this.#steps?.abort();
    void this.loop.leave(this);
    this.#trainer?.release();
    this.#trainer = this.#plan = this.#last = this.#lost = undefined;
    this.#record.clear();
    this.#interrupted = '';
    if (this.#state === NOTHING_YET) return;
    this.#tell(NOTHING_YET);
  }

  /** Called when the network may have been made anew: after a lost device, training goes on from its last snapshot. */
  followModel(): void {
    const model = this.host.model();
    if (!this.#lost || !model || model === this.#lost) return;
    this.#lost = undefined;
    const goOn = this.#goOn;
    void this.#start(async (trainer) => {
      this.#goOn &&= goOn;
      await this.#go(trainer);
    });
  }

  async #go(trainer: Trainer): Promise<void> {
    if (!this.#goOn) return this.#rest(); // paused before it began
    if (this.wanted <= 0) {
      this.#goOn = false;
      this.#tell({ status: 'paused', message: `All ${trainer.updates} updates are done.` });
      return;
    }
    this.#ended = '';
    this.#record.rest();
    this.#snapshotAt = this.clock.now();
    this.#tell({ status: 'running', message: this.#interrupted });
    this.loop.enter(this);
  }

  /** Leaves the loop, with everything known. */
  async #rest(): Promise<void> {
    await this.loop.leave(this);
    const trainer = this.#trainer;
    if (!trainer || this.#state.status === 'diverged' || this.#state.status === 'error') return;
    try {
      await trainer.idle();
      await trainer.collect();
      await this.#settle(trainer, { status: trainer.updates > 0 ? 'paused' : 'idle', message: this.#ended });
    } catch (error) {
      await this.#fail(error);
    }
  }

  /** Reads the weights back, and has the network's views drawn with them. */
  async #settle(trainer: Trainer, state: Partial<TrainingState>): Promise<void> {
    this.#last = await trainer.snapshot();
    await this.host.moved(true);
    this.#tell({ updates: trainer.updates, tallies: this.#record.take(trainer.tallies), tokensPerSecond: undefined, ...state });
  }

  /** Makes a trainer, unless there is one for this very plan, and has it do something. */
  async #start(work: (trainer: Trainer) => void | Promise<void>): Promise<void> {
    if (!this.#trainer) this.#tell({ status: 'starting', message: 'Starting…' });
    await this.host.ready();
    await this.#inTurn(async () => {
      try {
        const trainer = await this.#trainerFor(this.host.plan());
        if (trainer) await work(trainer);
      } catch (error) {
        await this.#fail(error);
      }
    });
  }

  async #trainerFor(plan: TrainingPlan): Promise<Trainer | undefined> {
    const model = this.host.model();
    if (!model) {
      this.#tell({ status: 'error', message: 'There is no network to train.' });
      return undefined;
    }
    const key = JSON.stringify(plan.options);
    const { task, options } = plan;
    const known = this.#trainer;
    if (known?.model === model && this.#plan?.task === task && this.#optionsKey === key) {
      this.#plan = plan;
      return known;
    }
    // What is only asked for otherwise (another learning rate, another batch) goes on from where it is.
    await this.loop.leave(this);
    if (known?.model === model && known.updates > 0) {
      this.#record.take(await known.collect());
      this.#last = await known.snapshot();
    }
    const trainer = await model.trainer({ ...options, task });
    if (this.#last && this.#last.update > 0) trainer.restore(this.#last);
    this.#record.goOnFrom(trainer.updates);
    [this.#trainer, this.#plan, this.#optionsKey] = [trainer, plan, key];
    this.#tell({ updates: trainer.updates, dispatches: trainer.dispatches });
    return trainer;
  }

  /** One question to the trainer at a time. */
  async #ask(question: () => Promise<void>): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    const trainer = this.#trainer;
    try {
      await question();
    } catch (error) {
      if (trainer === this.#trainer) this.failed(error);
    } finally {
      this.#asking = false;
    }
  }

  async #takeSnapshot(): Promise<void> {
    this.#snapshotAt = this.clock.now();
    await this.#collect();
    const trainer = this.#trainer;
    if (!trainer) return;
    const snapshot = await trainer.snapshot();
    if (trainer === this.#trainer) this.#last = snapshot;
  }

  async #collect(): Promise<void> {
    const trainer = this.#trainer;
    if (!trainer) return;
    const found = await trainer.collect();
    if (trainer !== this.#trainer || this.#state.status !== 'running') return;
    const tallies = this.#record.take(found);
    this.#tell({ tallies, tokensPerSecond: this.#record.speed(this.clock.now()) ?? this.#state.tokensPerSecond });
    const { untilAccuracy } = this.#plan!;
    const reached = untilAccuracy && this.#record.reached(untilAccuracy);
    if (reached) void this.#end(`The last ten updates up to ${reached} were right ${Number((100 * untilAccuracy).toPrecision(3))} % of the time.`);
  }

  async #fail(error: unknown): Promise<void> {
    await this.loop.leave(this);
    if (error instanceof ReleasedError && !this.#trainer) return; // the network is another now
    if (error instanceof DeviceLostError) {
      this.#last = this.#trainer?.lastGood ?? this.#last;
      this.#lost = this.#trainer?.model ?? this.host.model();
      this.#trainer = undefined;
      const reason = `The GPU device was lost (${error.reason.replace(/\.$/, '')})`;
      const kept = this.#last?.update ?? 0;
      this.#interrupted = `${reason} at update ${this.#state.updates}; training went on from update ${kept}.`;
      this.#tell({ status: 'starting', message: `${reason}; going on from update ${kept}…`, tokensPerSecond: undefined });
      this.followModel();
      return;
    }
    this.#goOn = false;
    const trainer = this.#trainer;
    const status = error instanceof DivergedError ? 'diverged' : 'error';
    this.#tell({ status, message: error instanceof Error ? error.message : String(error), tallies: trainer ? this.#record.take(trainer.tallies) : this.#state.tallies, tokensPerSecond: undefined });
    // Weights that are finite stay on the screen; of others the views keep what they had.
    if (trainer && status === 'error') await this.#settle(trainer, {}).catch(() => undefined);
  }

  #tell(change: Partial<TrainingState>): void {
    this.#state = { ...this.#state, ...change, goesOn: this.#goOn };
    this.host.changed();
  }

  /** What starts, pauses or reads back comes one after another. */
  #inTurn<Result>(work: () => Result | Promise<Result>): Promise<Result> {
    const mine = this.#turn.then(work);
    this.#turn = mine.catch(() => undefined);
    return mine;
  }
}
