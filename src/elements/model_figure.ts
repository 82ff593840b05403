/** What the figures of an `<rnn-model>` share: the connection, their words, and what stands where a picture cannot. */
import { css, html, nothing, type CSSResultGroup, type ReactiveController, type TemplateResult } from 'lit';
import { property } from 'lit/decorators.js';
import { objectAttribute } from './attributes';
import { figurePhrases, type FigurePhrases } from './figure_phrases';
import { FigureStatus, type StatusHost } from './figure_status';
import { Latest } from './latest';
import { markedPhrase, type Marked } from './marked_phrase';
import { MarkupElement } from './markup_element';
import { ModelConnection } from './model_connection';
import { OnScreen } from './on_screen';
import { printStyles } from './print_styles';
import type { RnnModel } from './rnn-model';
import type { Absence } from './shown_matrix';
import { StagedAnswer } from './staged_answer';
import { sayer, type Phrases, type Say, type Wording } from './wording';

/**
 * @slot loading - Instead of what is said while there is nothing to draw yet.
 * @slot empty - Instead of what is said when there is nothing to draw.
 * @slot error - Instead of what is said when it cannot be drawn.
 * @slot device-lost - Instead of what is said when the GPU was taken away.
 * @slot no-gpu - Instead of what is said of the CPU, where it computes for want of a GPU.
 * @slot software-gpu - Instead of what is said of a GPU that is imitated in software.
 * @slot restored - Instead of what is said when the GPU is back.
 * @cssstate ready - There is a picture.
 * @cssstate loading - Something is being computed.
 * @cssstate empty - There is nothing to draw.
 * @cssstate error - It cannot be drawn.
 * @cssstate device-lost - The GPU was taken away.
 * @cssstate no-gpu - The CPU computes, for want of a GPU.
 * @cssstate software-gpu - The GPU is imitated in software.
 * @cssstate restored - The GPU is back, and this is the first picture since.
 * @csspart waits - What is said above numbers that training has left behind, where they are fetched.
 * @csspart status - What is said below the figure of what computes it, where no other view of the model says so.
 */
export abstract class ModelFigure<Own extends Phrases & FigurePhrases = FigurePhrases> extends MarkupElement {
  static override styles: CSSResultGroup = [
    printStyles,
    css`
      :host {
        display: block;
        min-block-size: 1px; /* with nothing in it yet, half a pixel beyond a frame's edge, it would never be seen to come */
        --accent: var(--rnn-accent, light-dark(#1b5e9b, #8abdf0));
        --line: color-mix(in srgb, currentColor 28%, transparent);
        --quiet: color-mix(in srgb, currentColor 72%, transparent);
        font-variant-numeric: tabular-nums;
      }
      :host([hidden]) {
        display: none;
      }
      :focus-visible {
        outline: 2px solid var(--accent);
        outline-offset: 2px;
      }
      .waits {
        margin: 0 0 0.75rem;
        padding-inline-start: 0.75rem;
        border-inline-start: 3px solid var(--accent);
        color: var(--quiet);
      }
      .notice {
        margin: 0;
        padding: 0.75rem 1rem;
        border: 1px dashed var(--line);
        border-radius: 0.4rem;
        overflow-wrap: anywhere;
      }
      .status {
        display: contents;
      }
      .stated {
        flex-basis: 100%;
        margin: 0.5rem 0 0;
        font-size: 0.875em;
        color: var(--quiet);
        overflow-wrap: anywhere;
      }
      .status .spoken {
        position: absolute;
        inline-size: 1px;
        block-size: 1px;
        overflow: hidden;
        clip-path: inset(50%);
        white-space: nowrap;
      }
      /* As high as what is to come, so that nothing below moves when it does; figures say how high that is. */
      .place {
        box-sizing: border-box;
        min-block-size: var(--place, auto);
      }
    `,
  ];

  /** The id of the rnn-model that this shows. */
  @property({ attribute: 'for' }) for = '';

  /** The rnn-model itself, where an id cannot reach it. */
  @property({ attribute: false }) model: RnnModel | undefined;

  /** Words in the place of its own, in another language perhaps; the attribute takes JSON. */
  @property({ converter: objectAttribute }) labels: Wording<Own> = {};

  readonly #answers: (Latest<unknown> | StagedAnswer<unknown>)[] = [];
  #said: { readonly labels: object; readonly say: Say<Own> } | undefined;

  /** @internal */
  readonly connection = new ModelConnection(this);
  protected readonly screen = new OnScreen(this);
  readonly #status = new FigureStatus(this as unknown as StatusHost, this.tellsAnyhow);

  /** What it says, in English: what all figures do, and what it has to say beside. */
  protected readonly phrases: Own = figurePhrases as Own;

  /** Whether it names what computes it in any case. */
  protected get tellsAnyhow(): boolean {
    return false;
  }

  /** @internal Says a phrase in the page's words, or in its own. */
  get say(): Say<Own> {
    const { labels } = this;
    if (this.#said?.labels !== labels) this.#said = { labels, say: sayer(this.phrases, labels) };
    return this.#said.say;
  }

  get #saySharedWords(): Say<FigurePhrases> {
    return this.say as unknown as Say<FigurePhrases>;
  }

  /** The same with markup for some of what is told. */
  protected sayMarked<Name extends keyof Own>(name: Name, told: Marked<Parameters<Own[Name]>[0] & object>): readonly (string | TemplateResult)[] {
    const say = this.say as unknown as (name: Name, told: unknown) => string;
    return markedPhrase((plain) => say(name, plain), told);
  }

  /** @internal Whether numbers are on their way. */
  get busy(): boolean {
    return this.#answers.some(({ pending }) => pending);
  }

  /** @internal */
  override addController(controller: ReactiveController): void {
    super.addController(controller);
    if (controller instanceof Latest || controller instanceof StagedAnswer) this.#answers.push(controller);
  }

  protected override createRenderRoot(): HTMLElement | DocumentFragment {
    const root = super.createRenderRoot();
    // Lit keeps on this node what it rendered before it, so that it cannot be the line, where the status is rendered.
    this.renderOptions.renderBefore = document.createComment('');
    root.append(this.renderOptions.renderBefore, this.#status.line);
    return root;
  }

  /** Why there is nothing to draw; undefined when there is. A loading model with an earlier tape still has a picture. */
  protected get obstacle(): string | undefined {
    const { model, problem } = this.connection;
    const say = this.#saySharedWords;
    if (problem) return say('sentence', { text: problem });
    if (!model) return say('noModel');
    const { state, opening } = model;
    if (state.tape) return undefined;
    if (opening.status === 'loading') return say('loadingFile', { name: opening.name });
    return state.message ? say('sentence', { text: state.message }) : say('starting');
  }

  /** Whether training moves the numbers at this moment. What fetches numbers then keeps what it had. */
  protected get moving(): boolean {
    return this.connection.model?.state.moving ?? false;
  }

  /** What is said above numbers that training has left behind. */
  protected waits(): TemplateResult | typeof nothing {
    if (!this.moving) return nothing;
    return html`<p class="waits" part="waits">${this.#saySharedWords('waits')}</p>`;
  }

  /**
   * The words that stand where there is nothing to draw, for the page to replace.
   *
   * @param absence - why, in one word; what cannot be drawn though there is a tape is an error unless given
   */
  protected instead(text: string, absence?: Absence): TemplateResult {
    return this.#status.instead(text, absence ?? (this.connection.model?.state.tape ? 'error' : this.#status.absence));
  }

  protected notice(text: string, absence?: Absence): TemplateResult {
    const { model } = this.connection;
    const isToCome = model !== undefined && !model.state.tape && model.state.status !== 'error';
    return isToCome ? this.awaited(text) : html`<p class="notice" part="notice">${this.instead(text, absence)}</p>`;
  }

  /** What stands in the place of a picture that is on its way. */
  protected awaited(text = this.#saySharedWords('computing')): TemplateResult {
    return html`<p class="notice place" part="notice">${this.instead(text, this.connection.model?.state.tape ? 'loading' : undefined)}</p>`;
  }
}
