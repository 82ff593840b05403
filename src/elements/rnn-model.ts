import { css, nothing, type PropertyValues } from 'lit';
import { isRecurrent, OptionError, taskNamed, type OpenedModel, type OpenOptions, type SavedRun } from '../engine';
import { hidesElement, unitsAsHidden } from './attributes';
import { stackName } from './layer_stack';
import { outputUnits } from './last_layer';
import { CursorChangeEvent, TrainingChangeEvent, WeightChangeEvent, type Cursor } from './model_events';
import { changeOf, ModelProperties } from './model_properties';
import { misfitOf, specOf, type Lesson } from './network';
import { Opening, type OpeningState } from './opening';
import type { GradientState } from './run_gradient';
import { fileNameOf, propertiesOf } from './saved_training';
import { TextRun, type RunRequest, type RunState } from './text_run';
import { LessonMaker, planFor } from './training_plan';
import { TrainingRun, type TrainingState } from './training_run';
import { droppedInWords, editsWith, MOST_EDITS, samePlace, type WeightEdit, type WeightPlace } from './weight_edits';

export { CursorChangeEvent, TrainingChangeEvent, WeightChangeEvent, type Cursor } from './model_events';

/**
 * A recurrent network that reads a text, and the step and unit that its views point at. It draws nothing: views find
 * it by `for="id"`. It runs again whenever a property changes; the latest wins. Where a view shows gradients they are
 * those of one unit of the state after one step, the model's loss.
 *
 * With a `task` it is a network that can learn: it reads the words of the task, and says of the text which words it
 * does not know. `train()`, `pause()`, `step()` and `reset()` move its weights; views follow while they move where they
 * draw what the GPU holds, and at every pause where they need the numbers.
 *
 * @fires {CursorChangeEvent} cursor-change - The reader moved to another step or unit in one of the model's views.
 * @fires {WeightChangeEvent} weight-change - The reader changed a weight by hand, or weights so changed were dropped.
 * @fires {TrainingChangeEvent} training-change - Training began, paused or ended.
 */
export class RnnModel extends ModelProperties {
  static override styles = css`
    :host {
      display: none !important;
    }
  `;

  readonly #opening = new Opening(
    () => this.#opened(),
    (): OpenOptions => ({ ...(this.vocabulary !== '' && { vocabulary: this.vocabulary }), ...(this.pick && { pick: this.pick }) }),
  );
  readonly #lessons = new LessonMaker(taskNamed);
  readonly #training = new TrainingRun({
    plan: () => planFor(this.#lesson().task, this),
    ready: () => this.#settled(),
    moved: (resting) => this.#run.follow(resting),
    changed: () => this.#trained(),
    model: () => this.state.model,
  });
  readonly #run: TextRun = new TextRun(
    () => this.#ran(),
    (work) => this.#training.atRest(work),
  );
  readonly #watchers = new Set<() => void>();
  #wanted: Cursor = { step: 0, unit: 0 };
  #dropped = '';
  #taught: Lesson | undefined;
  #file: OpenedModel | undefined;
  #generation = 0;
  #status: TrainingState['status'] = 'idle';
  #note: { readonly edits: readonly WeightEdit[]; readonly text: string } | undefined;

  /** What there is to show: the latest tape, or why there is none. */
  get state(): RunState {
    return this.#run.state;
  }

  /** What became of the file that `src` names, or that the reader chose. */
  get opening(): OpeningState {
    return this.#opening.state;
  }

  /** Opens a file that the reader chose, in the place of `src`; what was said of the tokens of another is forgotten. */
  async openFile(file: File): Promise<void> {
    this.vocabulary = this.pick = '';
    await this.#opening.read(file);
  }

  /** Asks once more for the file of `src`, where it could not be opened. */
  async reopen(): Promise<void> {
    if (this.src) await this.#opening.load(this.src);
  }

  /** Goes back to the network that the properties describe. */
  closeFile(): void {
    this.src = this.pick = this.vocabulary = '';
    this.#opening.close();
  }

  /**
   * The network as a safetensors file with PyTorch's names; of one that is trained, with everything needed to go on:
   * opened again, it trains from where it stood. Rejects with OptionError where there is nothing to save.
   */
  async saveFile(): Promise<{ readonly name: string; readonly bytes: Uint8Array<ArrayBuffer> }> {
    const { model } = this.state;
    if (!model) throw new OptionError('model', 'There is no network to save yet.');
    const { savedFile } = await import('./model_file');
    const run = await this.#training.saved();
    const spec = this.opening.opened?.spec ?? specOf(this.#asked());
    return { name: fileNameOf(stackName(spec.layers), this, run?.snapshot.update ?? 0), bytes: savedFile(spec, model, run, this) };
  }

  /** How far training is. */
  get training(): TrainingState {
    return this.#training.state;
  }

  /** What is learned, ready to be; undefined where there is no task, or none that makes sense. */
  get lesson(): Lesson | undefined {
    try {
      return this.#lessons.lessonFor(this);
    } catch {
      return undefined;
    }
  }

  /** What the rows of its head stand for, by its task; undefined where that is not known, or where a file's network learned another. */
  get answers(): readonly string[] | undefined {
    const { lesson } = this;
    const { opened } = this.opening;
    const output = lesson && (!opened || misfitOf(lesson, opened) === '') ? lesson.task.output : undefined;
    return output && 'names' in output ? output.names : undefined;
  }

  /** Why it cannot be trained as it is set up, in words; empty where it can. */
  get trainingObstacle(): string {
    try {
      planFor(this.#lesson().task, this);
    } catch (error) {
      return (error as Error).message;
    }
    const { status, message } = this.state;
    return status === 'error' ? message : '';
  }

  /** Trains, from where it stands, until told to pause. Where it cannot, `training` says why. */
  async train(): Promise<void> {
    await this.#training.train();
  }

  /** Stops training after what is under way, for a reason that trainers tell. */
  async pause(reason = ''): Promise<void> {
    await this.#training.pause(reason);
  }

  /** Carries out so many updates. */
  async step(count = 1): Promise<void> {
    await this.#training.step(count);
  }

  /** Puts the weights back to where training began. */
  async reset(): Promise<void> {
    await this.#training.reset();
  }

  /** After numbers that are not finite: back to the last weights that were. */
  async restoreLastGood(): Promise<void> {
    await this.#training.restoreLastGood();
  }

  /** The gradient of the loss along the latest tape: carried back once, when the first view asks. Undefined while there is no tape. */
  gradient(): GradientState | undefined {
    const { model } = this.state;
    const units = model ? outputUnits(model.shape) : 1;
    return this.#run.gradient({ unit: this.lossUnit ?? Math.min(this.cursor.unit, units - 1), step: this.lossStep ?? this.state.words.length - 1 });
  }

  /** Has work done while no weights move; training goes on after it. */
  atRest<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.#training.atRest(work);
  }

  /** Where the views point, within what exists. Setting it moves them all and fires no event. */
  get cursor(): Cursor {
    return this.#within(this.#wanted);
  }

  set cursor(cursor: Partial<Cursor>) {
    this.#move(cursor);
  }

  /** Moves the cursor for the reader: fires `cursor-change` if it moved. */
  moveCursor(cursor: Partial<Cursor>): void {
    if (this.#move(cursor)) this.dispatchEvent(new CursorChangeEvent(this.cursor));
  }

  /** What became of weights that had no place in the network, in words; empty once others were changed. */
  get editsNote(): string {
    return this.#note?.edits === this.edits ? this.#note.text : '';
  }

  /**
   * Changes a weight for the reader, or gives it back what it started with where the value is undefined: fires
   * `weight-change` if that changes anything. Of no more than 20 weights: one beyond is left as it is; and none of a
   * network that training has moved.
   */
  editWeight(edit: WeightPlace & { readonly value: number | undefined }): void {
    if (this.training.updates > 0) return;
    if (this.edits.length >= MOST_EDITS && !this.edits.some((known) => samePlace(known, edit))) return;
    this.#edit(editsWith(this.edits, edit), '');
  }

  /** Gives every weight back what it started with, for the reader. */
  resetWeights(): void {
    if (this.edits.length > 0) this.#edit([], '');
  }

  /** Calls back after every change of `state`, `training`, `cursor` or `edits`, whoever made it, until the returned function is called. */
  watch(callback: () => void): () => void {
    const watcher = () => callback();
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  protected override render(): typeof nothing {
    return nothing;
  }

  override attributeChangedCallback(name: string, old: string | null, text: string | null): void {
    if (!hidesElement(name, text)) super.attributeChangedCallback(name, old, text);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.hasUpdated) this.#request();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#training.drop();
    this.#run.stop();
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (!this.hasUpdated) return;
    const { reshapes, restarts } = changeOf(changed);
    if (this.training.status !== 'idle' && (restarts === 'start' || (restarts === 'lesson' && this.#teachesAnother()))) {
      this.#training.drop();
      this.#generation++;
    }
    if (!reshapes || changed.has('edits') || this.edits.length === 0) return;
    this.#dropped = droppedInWords(this.edits.length);
    this.edits = [];
    this.#note = { edits: this.edits, text: this.#dropped };
  }

  protected override updated(changed: PropertyValues): void {
    if (this.isConnected) this.#follow(changed);
    const note = this.#dropped;
    this.#dropped = '';
    if (note) this.dispatchEvent(new WeightChangeEvent({ edits: this.edits, note }));
  }

  #follow(changed: PropertyValues): void {
    const { relearns, keepsRun, rereads } = changeOf(changed);
    if (changed.has('src') && this.src) void this.#opening.load(this.src);
    else if (changed.get('src')) this.#opening.close();
    else if (rereads) this.#opening.reread();
    if (changed.has('edits')) this.#tell();
    if (relearns) void this.#training.replan();
    if (keepsRun) this.#tell();
    else this.#request();
  }

  #request(): void {
    try {
      const asked = this.#asked();
      this.#taught = asked.lesson;
      this.#run.request(asked);
    } catch (error) {
      if (!(error instanceof OptionError)) throw error;
      // What is there stays; `trainingObstacle` says what is wrong.
      if (this.state.tape) this.#tell();
      else this.#run.refuse(error.message);
    }
  }

  /** Whether the lesson is another than the one that is being learned; a task that makes no sense is none, and what is learned goes on. */
  #teachesAnother(): boolean {
    const { lesson } = this;
    return lesson !== undefined && lesson !== this.#taught;
  }

  /** Throws OptionError for a task that makes no sense. */
  #asked(): RunRequest {
    const { text, words, cell, units: hidden, layers, seed, embedding, gain, start: scheme, gateBias, edits, device } = this;
    const lesson = this.#lessons.lessonFor(this);
    return { text, words, cell, hidden, layers, seed, embedding, gain, scheme, gateBias, edits, lesson, opened: this.opening.opened, generation: this.#generation, device };
  }

  /** Another file is another network: what was learned or changed by hand belongs to the one before. */
  #opened(): void {
    if (this.opening.opened !== this.#file) {
      this.#file = this.opening.opened;
      this.#training.drop();
      if (this.edits.length > 0) this.#edit([], droppedInWords(this.edits.length));
      this.#request();
      if (this.#file?.run) void this.#resume(this.#file, this.#file.run);
    }
    this.#tell();
  }

  /** A file of a training brings along what was learned, and how. */
  async #resume(file: OpenedModel, run: SavedRun): Promise<void> {
    Object.assign(this, propertiesOf(run, file.spec));
    await this.#settled();
    if (this.opening.opened === file && this.isConnected) this.#training.goOnFrom(run.snapshot);
  }

  /** Throws OptionError where there is nothing to learn, or nothing that the network of a file could. */
  #lesson(): Lesson {
    const lesson = this.#lessons.lessonFor(this);
    if (!lesson) throw new OptionError('task', 'task: this network has nothing to learn; give it the name of a task.');
    const { opened } = this.opening;
    const misfit = opened && misfitOf(lesson, opened);
    if (misfit) throw new OptionError('task', misfit);
    return lesson;
  }

  /** When the run that was asked for is there, or cannot be. */
  async #settled(): Promise<void> {
    await this.updateComplete;
    if (this.state.status !== 'loading') return;
    await new Promise<void>((resolve) => {
      const leave = this.watch(() => {
        if (this.state.status === 'loading' && this.isConnected) return;
        leave();
        resolve();
      });
    });
  }

  #trained(): void {
    const { status } = this.training;
    this.#tell();
    if (status === this.#status) return;
    this.#status = status;
    this.dispatchEvent(new TrainingChangeEvent({ status }));
  }

  #edit(edits: readonly WeightEdit[], note: string): void {
    if (edits === this.edits) return;
    this.#note = { edits, text: note };
    this.edits = edits;
    this.dispatchEvent(new WeightChangeEvent({ edits, note }));
  }

  #ran(): void {
    const { misfits = [] } = this.state;
    const fitting = misfits.length > 0 ? this.edits.filter((edit) => !misfits.includes(edit)) : this.edits;
    this.#training.followModel();
    if (fitting.length < this.edits.length) this.#edit(fitting, droppedInWords(this.edits.length - fitting.length));
    this.#tell();
  }

  #move(cursor: Partial<Cursor>): boolean {
    const before = this.cursor;
    this.#wanted = this.#within({ ...before, ...cursor });
    const { step, unit } = this.#wanted;
    if (step === before.step && unit === before.unit) return false;
    this.#tell();
    return true;
  }

  /** Before there is a tape any place is kept, so that a page may set the cursor first. */
  #within({ step, unit }: Cursor): Cursor {
    const { tape, model, words } = this.state;
    const layers = model?.shape.layers;
    const last = layers?.[layers.length - 1];
    return { step: clamped(step, tape && words.length), unit: clamped(unit, tape && last && (isRecurrent(last) ? last.hidden : last.width)) };
  }

  #tell(): void {
    for (const watcher of [...this.#watchers]) watcher();
  }
}

unitsAsHidden(RnnModel);

function clamped(index: number, count = Number.MAX_SAFE_INTEGER): number {
  return Math.min(Math.max(0, Math.trunc(Number(index)) || 0), Math.max(0, count - 1));
}

declare global {
  interface HTMLElementTagNameMap {
    'rnn-model': RnnModel;
  }
}
