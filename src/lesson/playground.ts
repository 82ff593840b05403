/**
 * The playground: a network of the reader's own layers, its training, and every view of it that has something to show. All that
 * is set is in the page's state, so that a link restores it; the weights are not, and are trained again from the same seed.
 */
import { html, nothing, render, type TemplateResult } from 'lit';
import { guard } from 'lit/directives/guard.js';
import { repeat } from 'lit/directives/repeat.js';
import { copyText } from '../elements/clipboard';
import '../elements/define';
import { layersOf } from '../elements/layer_stack';
import type { RnnModel } from '../elements/rnn-model';
import type { LearningSettings } from '../elements/trainer_settings';
import { layerTitle, modelShape } from '../engine';
import { writtenEdits } from './edit_link';
import type { Change } from './figure_models';
import { writtenLink, type LessonState } from './link';
import { playKind } from './play_fields';
import { modelRestsOutOfSight } from './out_of_sight';
import { changedSettings, NO_TASK, PLAY_RULES, playStart, readPlay, taskSettings, writtenPlay, type PlayState } from './play_link';
import { shownSignal, signalsOf, type PlaySignal } from './play_signals';
import { obstacleOf, writtenStack, type PlayStack } from './play_stack';
import { playViews, type PlayNetwork, type PlayView } from './play_views';
import { PlayedUpdates } from './played_updates';
import { stackEditor, type StackEdit } from './stack_editor';
import { TrainingCurves } from './training_curves';

export class Playground {
  readonly #model = document.getElementById('player') as RnnModel;
  readonly #box = document.getElementById('playground-parts')!;
  readonly #updates = new PlayedUpdates(this.#model, (done) => this.#take({ done }, 'same'));
  /** Made when they are first shown, and kept. */
  readonly #elements = new Map<string, HTMLElement>();
  #page: LessonState | undefined;
  #state: PlayState = playStart;
  #curves: TrainingCurves | undefined;
  #said = '';
  #waiting = false;

  /** @param change - the page's way to change its state */
  constructor(private readonly change: Change) {
    const model = this.#model;
    this.#box.replaceChildren();
    model.addEventListener('cursor-change', ({ step, unit }) => change({ step: step + 1, unit: unit + 1 }, 'same'));
    model.addEventListener('weight-change', ({ edits }) => {
      if (writtenEdits(edits) !== writtenEdits(this.#state.edits)) this.#take({ edits }, 'same');
    });
    this.#box.addEventListener('learning-change', ({ settings }) => this.#learn(settings));
    modelRestsOutOfSight(model.closest('figure')!, model);
    model.watch(() => {
      this.#curves?.update();
      this.#drawSoon();
    });
  }

  /** Puts a state of the page into the figure; what has not changed is left alone, and what makes no network is refused. */
  show(page: LessonState): void {
    const state = readPlay(page.play ?? '');
    this.#page = page;
    this.#tell(state);
    const obstacle = obstacleOf(state.layers, this.#inputs);
    if (obstacle) {
      this.#said = `${obstacle} The playground stays as it was.`;
      return this.change({ play: writtenPlay(this.#state) }, 'same');
    }
    this.#state = state;
    this.#model.layers = writtenStack(state.layers);
    this.#draw();
    void this.#updates.reach(state.done);
  }

  /** All but the layers, which have to fit what the task reads. */
  #tell({ embedding, task, set, lesson, optimizer, rate: lr, clip, batch, updates, until, edits, text }: PlayState): void {
    const [model, page] = [this.#model, this.#page!];
    Object.assign(model, { embedding, text: text || page.text, seed: page.seed, task: task === NO_TASK ? '' : task, taskSettings: taskSettings(set), taskText: lesson, optimizer, lr, clip, batch, updates, until });
    if (writtenEdits(edits) !== writtenEdits(model.edits)) model.edits = edits;
    model.cursor = { step: page.step - 1, unit: page.unit - 1 };
  }

  /** Changes what is set, for the reader. Another network, or another lesson, has no updates behind it. */
  #take(changed: Partial<PlayState>, history: 'new' | 'same'): void {
    const anew = Object.keys(changed).some((name) => BEGINNING.includes(name as keyof PlayState));
    if (anew) this.#updates.forget();
    this.#said = '';
    this.change({ play: writtenPlay({ ...this.#state, ...(anew && { done: 0 }), ...changed }) }, history);
  }

  #learn({ task, taskSettings: set, taskText: lesson, optimizer, lr, clip, batch, updates, until }: LearningSettings): void {
    const named = typeof task === 'string' ? task : this.#state.task;
    this.#take(
      {
        ...(task !== undefined && { task: named }),
        ...(set !== undefined && { set: changedSettings(named, set) }),
        ...(lesson !== undefined && { lesson }),
        ...(optimizer !== undefined && { optimizer }),
        ...numbersWithin({ rate: lr, clip, batch, updates, until }),
      },
      'new',
    );
  }

  #edit({ stack, focus }: StackEdit): void {
    this.#take({ layers: stack, edits: [] }, 'new');
    if (focus) this.#box.querySelector<HTMLElement>(focus)?.focus();
  }

  /** How wide what the first layer reads is: a word's vector, or the numbers that a task shows. */
  get #inputs(): number {
    const input = this.#model.lesson?.task.input;
    return input && 'size' in input ? input.size : this.#model.embedding;
  }

  /** The network that the layers make, run or not. */
  #network(): PlayNetwork {
    const { layers } = modelShape({ input: { size: this.#inputs }, layers: layersOf(writtenStack(this.#state.layers), 0)! });
    return { layers, task: this.#model.lesson?.task };
  }

  #drawSoon(): void {
    if (this.#waiting) return;
    this.#waiting = true;
    requestAnimationFrame(() => {
      this.#waiting = false;
      this.#draw();
    });
  }

  #draw(): void {
    if (!this.#page) return;
    render(this.#template(this.#network()), this.#box);
    this.#curves ??= new TrainingCurves(this.#box.querySelector<HTMLElement>('.curves')!, () => [{ name: nameOf(this.#state.layers), cell: 'hybrid', tallies: this.#model.training.tallies }]);
  }

  #template(network: PlayNetwork): TemplateResult {
    const { layers, task, views: chosen } = this.#state;
    const views = playViews.map((view) => ({ view, missing: view.missing?.(network) ?? '' }));
    const shown = views.filter(({ view, missing }) => chosen.includes(view.name) && missing === '');
    const inputs = this.#inputs;
    const editing = { inputs, take: (edit: StackEdit) => this.#edit(edit), refuse: (reason: string) => this.#say(reason) };
    return html`
      <h3>Layers</h3>
      ${guard([writtenStack(layers), inputs], () => stackEditor(layers, editing))}
      <p class="play-note" role="status">${this.#said || countOf(this.#model, layers.length)}</p>
      <h3>What it reads, and learns</h3>
      ${this.#reading()} ${this.#waitingUpdates()}
      <div ?hidden=${task === NO_TASK}>
        <rnn-trainer .model=${this.#model}></rnn-trainer>
        <div class="curves"></div>
      </div>
      <h3>Views</h3>
      ${this.#choice(views)}
      ${repeat(shown, ({ view }) => view.name, ({ view }) => this.#view(view, network))}
      <div class="buttons"><button type="button" @click=${() => this.#copy()}>Copy the link to this network</button></div>
    `;
  }

  #waitingUpdates(): TemplateResult | typeof nothing {
    const { waiting } = this.#updates;
    if (waiting === 0) return nothing;
    const number = waiting.toLocaleString('en');
    return html`<div class="buttons play-waiting">
      <p>This link was made after ${number} updates.</p>
      <button type="button" @click=${() => this.#updates.carryOut()}>Carry out ${number} updates</button>
    </div>`;
  }

  #reading(): TemplateResult {
    const { embedding, task, text } = this.#state;
    const { least, most } = PLAY_RULES.embedding;
    const radio = (value: boolean, label: string) => html`<label><input type="radio" name="play-learns" .checked=${(task !== NO_TASK) === value} @change=${() => this.#take({ task: value ? PLAY_RULES.task.start : NO_TASK, set: {}, lesson: '' }, 'new')} />${label}</label>`;
    const widen = (event: Event) => {
      const field = event.target as HTMLInputElement;
      const width = field.valueAsNumber;
      const obstacle = Number.isInteger(width) && width >= least && width <= most ? obstacleOf(this.#state.layers, width) : `A word’s vector has from ${least} to ${most} numbers.`;
      if (!obstacle) return this.#take({ embedding: width, edits: [] }, 'new');
      this.#say(obstacle);
      field.value = String(embedding);
    };
    return html`
      <label class="play-text">A text of its own <input type="text" spellcheck="false" dir="auto" .value=${text} placeholder=${this.#page!.text.slice(0, 200)} @change=${(event: Event) => this.#take({ text: (event.target as HTMLInputElement).value.trim() }, 'new')} /></label>
      <div class="choices">
        <fieldset><legend>It knows</legend>${radio(false, 'any words, and learns nothing')} ${radio(true, 'the words of a task')}</fieldset>
        <label>Numbers to a word <input type="number" min=${least} max=${most} step="1" inputmode="numeric" .value=${String(embedding)} @change=${widen} /></label>
      </div>
    `;
  }

  #choice(views: readonly { readonly view: PlayView; readonly missing: string }[]): TemplateResult {
    const { views: chosen } = this.#state;
    const choose = (name: string, wanted: boolean) => this.#take({ views: playViews.map((view) => view.name).filter((each) => (each === name ? wanted : chosen.includes(each))) }, 'new');
    return html`<fieldset class="play-views">
      <legend>Shown below</legend>
      ${views.map(({ view: { name, title }, missing }) => html`<label class="check"><input type="checkbox" value=${name} .checked=${chosen.includes(name) && missing === ''} ?disabled=${missing !== ''} @change=${(event: Event) => choose(name, (event.target as HTMLInputElement).checked)} /><span>${title}${missing ? html`<span class="reason">${missing}</span>` : nothing}</span></label>`)}
    </fieldset>`;
  }

  #view(view: PlayView, { layers }: PlayNetwork): TemplateResult {
    const { name, layer } = shownSignal(layers, this.#state.signal);
    const isHeatmap = view.name === 'heatmap';
    return html`<section class="play-view" data-view=${view.name} aria-label=${view.title}>
      <h4>${view.title}</h4>
      ${isHeatmap ? this.#signalChoice(layers, `${name}.${layer + 1}`) : nothing}
      ${isHeatmap ? html`<rnn-heatmap .model=${this.#model} .signal=${name} .layer=${layer}></rnn-heatmap>` : this.#element(view)}
    </section>`;
  }

  #signalChoice(layers: PlayNetwork['layers'], shown: string): TemplateResult {
    const optionOf = ({ name, role }: PlaySignal, at: number) => html`<option value="${name}.${at + 1}" .selected=${`${name}.${at + 1}` === shown}>${name}: ${role}</option>`;
    return html`<label class="play-signal">Signal <select @change=${(event: Event) => this.#take({ signal: (event.target as HTMLSelectElement).value }, 'new')}>
      ${layers.map((layer, at) => html`<optgroup label="Layer ${at + 1}, ${layerTitle(layer)}">${signalsOf(layer).map((signal) => optionOf(signal, at))}</optgroup>`)}
    </select></label>`;
  }

  #element({ name, tag, properties }: PlayView): HTMLElement {
    const element = this.#elements.get(name) ?? Object.assign(document.createElement(tag), { model: this.#model }, properties);
    this.#elements.set(name, element);
    return element;
  }

  async #copy(): Promise<void> {
    const page = { ...this.#page!, play: writtenPlay(this.#state) };
    const address = `${location.href.split('#')[0]}${writtenLink(page)}`;
    this.#say((await copyText(address)) ? 'The link is copied.' : 'The browser does not let this page copy; the link is in the address bar.');
  }

  #say(words: string): void {
    this.#said = words;
    this.#draw();
  }
}

/** Settings that make another network, or another lesson: training begins anew. */
const BEGINNING: readonly (keyof PlayState)[] = ['layers', 'embedding', 'task', 'set', 'lesson', 'optimizer', 'batch', 'edits'];

type RuleName = 'rate' | 'clip' | 'batch' | 'updates' | 'until';

/** Those that a link can hold. */
function numbersWithin(given: Partial<Record<RuleName, number>>): Partial<Record<RuleName, number>> {
  const fits = (name: RuleName, value: number) => value >= PLAY_RULES[name].least && value <= PLAY_RULES[name].most;
  return Object.fromEntries(Object.entries(given).filter(([name, value]) => value !== undefined && fits(name as RuleName, value)));
}

/** `GRU, then Attention` */
function nameOf(stack: PlayStack): string {
  return stack.map(({ kind }) => playKind(kind)!.title).join(', then ');
}

/** How large the network is; why it is none, where it is not. */
function countOf({ state: { model, message, status } }: RnnModel, layers: number): string {
  if (status === 'error') return message;
  if (!model) return '';
  const numbers = [...model.parameters.values()].reduce((sum, { data }) => sum + data.length, 0);
  return `${layers} ${layers === 1 ? 'layer' : 'layers'}, ${numbers.toLocaleString('en')} weights.`;
}
