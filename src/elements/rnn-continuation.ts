import { css, html, nothing, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import { randomStream, type Tape } from '../engine';
import { colourTable, cssColour } from './colour/scale';
import { continuation, wordsRead, type ReadWord } from './continuation';
import { legendFor, paintLegend } from './legend';
import { ModelFigure } from './model_figure';
import { readsCharacters } from './network';
import { PageColours } from './page_colours';
import { codingFor, colourIndex, snapOutward, type Coding } from './range';

/** More than a page has room for. */
const MOST = 2000;
/** Colours of this half of the scale are dark on a light page, and light on a dark one: text on them is the page's own colour. */
const DEEP = 0.6;

/**
 * What a network with a head writes when it goes on by itself: what it expects is drawn, read, and so on. The text that it
 * read and what it wrote are coloured by one unit of its state. What was read stands there at once, but while training moves the
 * weights; it goes on when the reader asks, from the weights as they are then.
 *
 * @csspart text - What was read, and what was written.
 * @csspart notice - The words that stand where there is nothing to write.
 */
export class RnnContinuation extends ModelFigure {
  static override styles = [
    ModelFigure.styles,
    css`
      .settings {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.5rem 1.25rem;
        font-size: 0.9rem;
      }
      label {
        display: inline-flex;
        align-items: center;
        gap: 0.4rem;
      }
      input {
        inline-size: 5rem;
      }
      :is(input, button) {
        box-sizing: border-box;
        min-block-size: 2.4rem;
        padding-inline: 0.5rem;
        font: inherit;
        color: inherit;
        background: none;
        border: 1px solid light-dark(#85888f, #747b88);
        border-radius: 0.4rem;
      }
      button {
        min-inline-size: 7rem;
        font-weight: 600;
        cursor: pointer;
      }
      .text {
        box-sizing: border-box;
        margin: 0.75rem 0;
        padding: 0.6rem 0.75rem;
        min-block-size: 2.9rem;
        max-block-size: 18rem;
        overflow: auto;
        border: 1px solid var(--line);
        border-radius: 0.4rem;
        font: 0.9rem/1.6 ui-monospace, monospace;
        white-space: pre-wrap;
        overflow-wrap: anywhere;
      }
      .word {
        forced-color-adjust: none;
      }
      .written {
        font-weight: 700;
      }
      .foot {
        display: flex;
        flex-wrap: wrap;
        justify-content: space-between;
        gap: 0.25rem 2rem;
        min-block-size: 1.8rem;
        font-size: 0.8125rem;
      }
      .foot p {
        margin: 0;
      }
      .legend {
        direction: ltr;
        inline-size: 12rem;
      }
      .bar canvas {
        display: block;
        inline-size: 100%;
        block-size: 0.6rem;
        border-radius: 2px;
      }
      .ticks {
        display: flex;
        justify-content: space-between;
      }
      .probe {
        position: absolute;
        visibility: hidden;
        color: light-dark(rgb(0 0 1), rgb(255 255 254));
        transition: color 1ms linear;
      }
      @media (pointer: coarse) {
        :is(input, button) {
          min-block-size: 2.75rem;
        }
      }
    `,
  ];

  /** How many words, or characters, it writes. */
  @property({ type: Number }) count = 80;

  /** Divides the scores before one is drawn: 0 takes the likeliest, 1 draws as the network expects. */
  @property({ type: Number }) temperature = 0.5;

  /** Fixes what is drawn. */
  @property({ type: Number }) seed = 1;

  @state() private shown: readonly ReadWord[] = [];
  @state() private written = 0;
  @state() private message = '';
  @state() private under: AbortController | undefined;

  #revision: readonly unknown[] = [];
  /** Whose text is yet to be shown: nothing is read back while training moves the weights. */
  #unread: Tape | undefined;
  readonly #page = new PageColours(
    this,
    () => this.renderRoot.querySelector<HTMLElement>('.probe'),
    () => this.#colour(),
  );

  override render(): TemplateResult {
    const { obstacle } = this;
    if (obstacle) return this.notice(obstacle);
    const { unit } = this.connection.model!.cursor;
    const read = this.shown.length - this.written;
    const busy = this.under !== undefined;
    return html`
      <div class="settings">
        <button type="button" aria-disabled=${String(this.moving)} @click=${this.#pressed}>${busy ? 'Stop' : 'Go on writing'}</button>
        <label>Temperature <input type="number" min="0" max="5" step="0.1" .value=${String(this.temperature)} @change=${this.#number('temperature', 0, 5)} /></label>
        <label>Length <input type="number" min="1" max=${MOST} step="1" .value=${String(this.count)} @change=${this.#number('count', 1, MOST)} /></label>
        <label>Seed <input type="number" min="0" step="1" .value=${String(this.seed)} @change=${this.#number('seed', 0, 2 ** 31 - 1)} /></label>
        ${busy ? html`<progress max=${this.count} .value=${this.written} aria-label="Written"></progress>` : nothing}
      </div>
      <p part="text" class="text" tabindex="0" role="group" aria-label="What was read, and then what was written">${this.#words(0, read)}<span class="written">${this.#words(read, this.shown.length)}</span></p>
      <div class="foot">${this.shown.length > 0 ? html`<p>Colours: unit ${unit + 1}, the one at the cursor, after each.</p>${legendFor(this.#coding(), 'coloured')}` : nothing}</div>
      <p role="status">${this.moving ? 'It writes when training pauses.' : this.message}</p>
      <span class="probe" @transitionend=${this.#page.look}></span>
    `;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stop();
  }

  protected override willUpdate(): void {
    const { tape, revision } = this.connection.model?.state ?? {};
    if (tape !== this.#revision[0] || revision !== this.#revision[1]) {
      // Another network, or another text: what was written belongs to the one before.
      this.#revision = [tape, revision];
      this.#stop();
      [this.shown, this.written, this.message] = [[], 0, ''];
      this.#unread = tape;
    }
    if (this.#unread && !this.moving) void this.#read(this.#unread);
  }

  protected override updated(): void {
    this.#colour();
  }

  readonly #pressed = (): void => {
    if (this.under) return this.#stop();
    if (!this.moving) void this.#write();
  };

  #number(name: 'temperature' | 'count' | 'seed', least: number, most: number) {
    return (event: Event): void => {
      const field = event.target as HTMLInputElement;
      const value = field.valueAsNumber;
      if (value >= least && value <= most && (name === 'temperature' || Number.isInteger(value))) this[name] = value;
      else field.value = String(this[name]);
    };
  }

  #stop(): void {
    this.under?.abort();
    this.under = undefined;
  }

  /** Shows the text that was read. What cannot be read back now, because the device is lost, say, the figure's state tells. */
  async #read(tape: Tape): Promise<void> {
    this.#unread = undefined;
    const [, revision] = this.#revision;
    const { words } = this.connection.model!.state;
    const letGo = tape.hold();
    const read = await wordsRead(tape, words).catch(() => []);
    letGo();
    if (this.#revision[0] === tape && this.#revision[1] === revision && this.shown.length === 0) this.shown = read;
  }

  async #write(): Promise<void> {
    const model = this.connection.model!;
    const { tape, words } = model.state;
    const abort = (this.under = new AbortController());
    const names = model.answers;
    const { count, temperature, seed } = this;
    this.message = '';
    const letGo = tape!.hold();
    try {
      const all = [...(await wordsRead(tape!, words))];
      const random = randomStream(seed, 'continuation');
      const writing = continuation(tape!, { names, temperature, random, abort: abort.signal, atRest: (work) => model.atRest(work) });
      for (let written = 0; written < count && !abort.signal.aborted; ) {
        all.push((await writing.next()).value);
        if (abort.signal.aborted) break;
        [this.shown, this.written] = [[...all], ++written];
      }
      if (!abort.signal.aborted) this.message = `${count} written, ${temperature === 0 ? 'the likeliest each time' : `drawn at temperature ${temperature} with seed ${seed}`}.`;
    } catch (error) {
      if (!abort.signal.aborted) [this.shown, this.written, this.message] = [[], 0, error instanceof Error ? error.message : String(error)];
    } finally {
      letGo();
      if (this.under === abort) this.under = undefined;
    }
  }

  /** Words stand apart, characters do not. */
  #words(from: number, to: number): TemplateResult[] {
    const isText = readsCharacters(this.connection.model!.state.model!);
    return this.shown.slice(from, to).map(({ word }) => html`<span class="word">${isText ? asWritten(word) : word}</span>${isText ? nothing : ' '}`);
  }

  #coding(): Coding {
    const { unit } = this.connection.model!.cursor;
    const limit = snapOutward(this.shown.reduce((most, { state: values }) => Math.max(most, Math.abs(values[unit] ?? 0)), 0));
    return codingFor({ min: -limit, max: limit });
  }

  /** Colours go to style properties: style attributes would need a policy that allows them. */
  #colour(): void {
    const { model } = this.connection;
    if (this.shown.length === 0 || !model?.state.model) return;
    const { unit } = model.cursor;
    const coding = this.#coding();
    const table = colourTable('diverging', this.#page.dark, this.#page.chosen);
    const strip = this.renderRoot.querySelector<HTMLCanvasElement>('.strip');
    if (strip) paintLegend(strip, table, coding);
    this.renderRoot.querySelectorAll<HTMLElement>('.word').forEach((word, k) => {
      const value = this.shown[k]?.state[unit] ?? 0;
      word.style.backgroundColor = cssColour(table, colourIndex(value, coding));
      word.style.color = Math.abs(value) > DEEP * coding.max ? 'Canvas' : 'CanvasText';
    });
  }
}

/** A character as it is in a text, where the page shows white space by signs. */
function asWritten(character: string): string {
  return character === '␣' ? ' ' : character === '⏎' ? '\n' : character;
}

declare global {
  interface HTMLElementTagNameMap {
    'rnn-continuation': RnnContinuation;
  }
}
