/**
 * How a figure of a model stands: with a picture or why without, what computes it, and whether a lost GPU is back. It is drawn
 * under the figure, told to screen readers once it has rested, and within reach of a page's style (`:state()`) and words
 * (slots). What is so with all views of a model is told by one of them.
 */
import { html, nothing, render, type ReactiveController, type ReactiveControllerHost, type TemplateResult } from 'lit';
import { Announcer } from './announcer';
import { showStates, slottedWords, statesOf, type ElementState } from './element_states';
import { EngineHistory, noticeOf, type EngineNotice } from './engine_history';
import type { FigurePhrases } from './figure_phrases';
import type { ModelConnection } from './model_connection';
import type { RnnModel } from './rnn-model';
import type { Absence } from './shown_matrix';
import { Voice } from './spokesman';
import type { Say } from './wording';

export interface StatusHost extends ReactiveControllerHost, HTMLElement {
  readonly connection: ModelConnection;
  /** Whether numbers are on their way. */
  readonly busy: boolean;
  readonly say: Say<FigurePhrases>;
}

/** What a figure says in the place of its picture. */
interface Told {
  readonly absence: Absence;
  readonly words: string;
}

export class FigureStatus implements ReactiveController {
  /** Stands under what the figure itself renders. */
  readonly line = document.createElement('div');

  #told: Told | undefined;
  #model: RnnModel | undefined;
  readonly #internals: ElementInternals;
  readonly #history: EngineHistory;
  readonly #announcer: Announcer;
  readonly #voice: Voice;

  /** @param tellsAnyhow - whether the figure names what computes it in any case */
  constructor(
    private readonly host: StatusHost,
    private readonly tellsAnyhow: boolean,
  ) {
    const changed = () => host.requestUpdate();
    this.#internals = host.attachInternals();
    this.#history = new EngineHistory(changed);
    this.#announcer = new Announcer(changed);
    this.#voice = new Voice(host, tellsAnyhow);
    this.line.className = 'status';
    host.addController(this);
  }

  /** Why there is no tape, in one word. */
  get absence(): Absence {
    const { model } = this.host.connection;
    return model ? this.#history.absenceOf(model.state) : 'empty';
  }

  /** What stands in the place of the picture, for the page to replace; to be called while rendering. */
  instead(words: string, absence: Absence): TemplateResult {
    this.#told = { words, absence };
    return html`<slot name=${absence}>${words}</slot>`;
  }

  hostUpdate(): void {
    this.#told = undefined;
    this.#follow(this.host.connection.model);
  }

  hostUpdated(): void {
    const { host } = this;
    if (!host.isConnected) return;
    const run = this.#model?.state;
    const absence = this.#told?.absence ?? (run && !run.tape ? this.absence : undefined);
    const notice = run?.tape && noticeOf(run.engine, this.#model!.device);
    const { isRestored } = this.#history;
    showStates(this.#internals, statesOf({ absence, busy: run?.status === 'loading' || host.busy, notice, isRestored }));
    this.#announcer.say(this.#toHear(notice));
    render(html`${this.#beneath(notice)}<div class="spoken" role="status">${this.#announcer.spoken}</div>`, this.line);
  }

  hostDisconnected(): void {
    this.#follow(undefined);
    this.#history.forget();
    this.#announcer.stop();
  }

  #follow(model: RnnModel | undefined): void {
    if (model) this.#history.follow(model.state);
    this.#model = model;
    this.#voice.join(model);
  }

  #beneath(notice: EngineNotice | undefined): TemplateResult[] {
    return this.#sentences(notice).map(([state, words]) => html`<slot name=${state}>${words && !(this.tellsAnyhow && state === notice) ? html`<p class="stated" part="status" dir="auto">${words}</p>` : nothing}</slot>`);
  }

  #toHear(notice: EngineNotice | undefined): string {
    const told = this.#told;
    const isOwn = told && (!this.#model || this.#model.state.tape || this.#voice.tells);
    const sentences = told ? (isOwn ? [[told.absence, told.words] as const] : []) : this.#sentences(notice).filter(([, words]) => words);
    return sentences.map(([state, words]) => slottedWords(this.host, state) ?? words).join(' ');
  }

  /** What there is to be known beside the picture; without words where another view tells it. */
  #sentences(notice: EngineNotice | undefined): readonly (readonly [ElementState, string])[] {
    const { say } = this.host;
    const run = this.#model?.state;
    if (!run || this.#told) return [];
    const sentences: (readonly [ElementState, string])[] = [];
    if (!run.tape && this.absence !== 'loading') sentences.push([this.absence, say('sentence', { text: run.message })]);
    if (notice) sentences.push([notice, say('sentence', { text: run.engine!.description })]);
    if (this.#history.isRestored) sentences.push(['restored', say('restored')]);
    return this.#voice.tells ? sentences : sentences.map(([state]) => [state, ''] as const);
  }
}
