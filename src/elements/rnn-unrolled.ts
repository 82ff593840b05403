import { css, html, nothing, svg, type PropertyValues, type SVGTemplateResult, type TemplateResult } from 'lit';
import { guard } from 'lit/directives/guard.js';
import { repeat } from 'lit/directives/repeat.js';
import { isRecurrent, layerStates, layerTitle, type Layer, type SignalStorage } from '../engine';
import { outputName } from './last_layer';
import { held, Latest } from './latest';
import { ModelFigure } from './model_figure';
import { snapOutward } from './range';
import { ScaleConnection } from './scale_connection';
import { signedDecimal, subscript } from './signed_number';
import { textScale } from './text_scale';
import { unrolledPhrases, type UnrolledPhrases } from './unrolled_phrases';
import { UnrolledStrip } from './unrolled_strip';
import { wiresOf, type Wires } from './unrolled_wires';

/** The drawing of one step, in CSS pixels for text of the usual size: the wire from the left, the box, the wire from below. */
const COLUMN = { width: 104, height: 232, box: { x: 50, y: 26, width: 48, height: 144 } } as const;

/** Columns drawn beyond each edge of the window. */
const MARGIN = 4;

interface Run {
  readonly words: readonly string[];
  readonly units: number;
  /** [T, units] of what the layer hands on, first model and sequence. */
  readonly values: ArrayLike<number>;
  /** The colours' range: ±limit. */
  readonly limit: number;
  readonly wires: Wires;
}

/**
 * The unrolled chain: one box a word with the hidden state after that word inside, U on the way from box to box, W on
 * the way from each word. Only what is in view exists as elements, so two thousand words are as light as ten.
 *
 * Of a stack it shows the last layer, and says so. A layer that has no cell has no U: its boxes hold its output, and stand in
 * a chain only where it hands a state on.
 *
 * Clicking a word or an entry moves the cursor; arrow keys, Home and End do the same.
 *
 * @csspart notice - The words that stand where there is nothing to draw.
 * @cssproperty [--rnn-accent] - Colour of the current step.
 */
export class RnnUnrolled extends ModelFigure<UnrolledPhrases> {
  static override styles = [
    ModelFigure.styles,
    css`
      .window {
        overflow-x: auto;
        overflow-y: hidden;
        overscroll-behavior-x: contain;
        block-size: 288px;
        direction: ltr;
        border-radius: 0.4rem;
      }
      .track {
        position: relative;
        block-size: 266px;
      }
      .columns {
        display: flex;
        inset-block-start: 0;
        position: absolute;
        will-change: transform;
      }
      .column {
        flex: none;
        min-inline-size: 0;
        inline-size: ${COLUMN.width}px;
        cursor: pointer;
      }
      svg {
        display: block;
        inline-size: ${COLUMN.width}px;
        block-size: ${COLUMN.height}px;
        overflow: visible;
      }
      text {
        fill: var(--quiet);
        font-size: 13px;
        text-anchor: middle;
      }
      .note {
        margin: 0 0 0.75rem;
        color: var(--quiet);
      }
      text.matrix {
        font-style: italic;
        font-weight: 600;
      }
      .wire {
        fill: none;
        stroke: var(--quiet);
        stroke-width: 1.25;
      }
      .head {
        fill: var(--quiet);
      }
      .frame {
        fill: none;
        stroke: var(--line);
      }
      rect[fill] {
        forced-color-adjust: none;
      }
      .unit {
        fill: none;
        stroke: currentColor;
        stroke-width: 2;
      }
      .current .wire,
      .current .frame {
        stroke: var(--accent);
        stroke-width: 2.5;
      }
      .current .head,
      .current text {
        fill: var(--accent);
      }
      /* Over the boxes while training moves the states: of the whole width, the mask leaves the boxes. */
      .live {
        position: absolute;
        inset-block-start: ${COLUMN.box.y}px;
        block-size: ${COLUMN.box.height}px;
        pointer-events: none;
        mask-image: repeating-linear-gradient(
          to right,
          transparent 0 ${COLUMN.box.x}px,
          #000 ${COLUMN.box.x}px ${COLUMN.box.x + COLUMN.box.width}px,
          transparent ${COLUMN.box.x + COLUMN.box.width}px ${COLUMN.width}px
        );
      }
      .word {
        display: block;
        inline-size: 88px;
        padding-block-start: 6px;
        font-size: 16px;
        margin-inline-start: ${COLUMN.box.x + COLUMN.box.width / 2 - 44}px;
        overflow: hidden;
        text-align: center;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      .current .word {
        color: var(--accent);
        font-weight: 700;
      }
      .window:focus-visible {
        outline-offset: -2px;
      }
    `,
  ];

  protected override readonly phrases = unrolledPhrases;

  private readonly run = new Latest<Run>(this);
  private readonly scale = new ScaleConnection(this);
  private readonly resized = new ResizeObserver(() => this.requestUpdate());
  private readonly strip = new UnrolledStrip();
  private shownStep = -1;
  private observed: Element | undefined;

  override render(): TemplateResult {
    const { obstacle } = this;
    if (obstacle) return this.notice(obstacle);
    if (this.run.failure) return this.notice(this.run.failure);
    const run = this.run.value;
    if (!run) return html`<div class="window"></div>`;
    const { step, unit } = this.connection.model!.cursor;
    const shown = this.columnsInView(run.words.length);
    const { name } = run.wires;
    const note = this.noteOn(run.wires);
    return html`
      ${note ? html`<p class="note">${note}</p>` : nothing}
      <div
        class="window"
        role="listbox"
        tabindex="0"
        aria-orientation="horizontal"
        aria-label=${this.say(name === 'h' ? 'hiddenStates' : 'outputs')}
        aria-activedescendant=${shown.includes(step) ? `step-${step}` : ''}
        @scroll=${this.redraw}
        @keydown=${this.moveByKey}
      >
        <div class="track" role="presentation">
          <div class="columns" role="presentation">
            ${repeat(
              shown,
              (t) => t,
              (t) => guard([run, this.scale.scheme, t === step && unit, this.labels], () => this.column(run, t, t === step, unit)),
            )}
          </div>
          ${this.liveStates ? html`<canvas class="live" aria-hidden="true"></canvas>` : nothing}
        </div>
      </div>
    `;
  }

  protected override willUpdate(): void {
    const tape = this.connection.model?.state.tape;
    if (!tape) return this.run.clear();
    const { words } = this.connection.model!.state;
    if (this.liveStates) return this.run.suspend();
    this.run.ask([tape, this.connection.model!.state.revision], () =>
      held(tape, async () => {
        const wires = wiresOf(tape.model.shape);
        const signal = tape.signal(wires.name);
        const [values, { largest }] = await Promise.all([signal.read(), signal.extent()]);
        return { words, units: signal.shape[3], values, limit: signal.range === 'unbounded' ? snapOutward(largest) : 1, wires };
      }),
    );
  }

  protected override updated(changed: PropertyValues<this>): void {
    super.updated(changed);
    const frame = this.frame;
    const run = this.run.value;
    if (!frame || !run) return;
    if (this.observed !== frame) {
      this.resized.disconnect();
      this.resized.observe(frame);
      this.observed = frame;
    }
    frame.style.zoom = String(textScale());
    const track = frame.querySelector<HTMLElement>('.track');
    if (!track) return;
    track.style.width = `${run.words.length * COLUMN.width + 8}px`;
    const [first = 0] = this.columnsInView(run.words.length);
    track.querySelector<HTMLElement>('.columns')!.style.transform = `translateX(${first * COLUMN.width}px)`;
    const { step } = this.connection.model!.cursor;
    if (step < run.words.length) this.follow(frame, step); // or else its word is still being read
    this.paintLive(run);
  }

  /** Where the GPU keeps the states while training moves them. */
  private get liveStates(): SignalStorage | undefined {
    const tape = this.connection.model?.state.tape;
    return this.moving && tape && !tape.released ? tape.signal(outputName(tape.model.shape)).storage : undefined;
  }

  private paintLive({ words, units, limit }: Run): void {
    const canvas = this.renderRoot.querySelector<HTMLCanvasElement>('.live');
    const storage = this.liveStates;
    if (!canvas || !storage) return this.strip.release();
    const shown = this.columnsInView(words.length);
    const { width: pitch, box } = COLUMN;
    this.strip.paint(canvas, storage, { first: shown[0] ?? 0, count: shown.length, pitch, height: box.height, steps: words.length, units, limit, dark: this.scale.scheme === 'dark' });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.shownStep = -1;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.resized.disconnect();
    this.strip.release();
    this.observed = undefined;
  }

  private get frame(): HTMLElement | null {
    return this.renderRoot.querySelector<HTMLElement>('.window');
  }

  private columnsInView(steps: number): number[] {
    const { scrollLeft = 0, clientWidth = 0 } = this.frame ?? {};
    const first = Math.max(0, Math.floor(scrollLeft / COLUMN.width) - MARGIN);
    const end = Math.min(steps, Math.ceil((scrollLeft + (clientWidth || 1500)) / COLUMN.width) + MARGIN);
    return Array.from({ length: Math.max(0, end - first) }, (_, index) => first + index);
  }

  /** Scrolls to the current step when it has moved, and only then: a reader who scrolls away stays there. */
  private follow(frame: HTMLElement, step: number): void {
    if (step === this.shownStep) return;
    const left = step * COLUMN.width;
    const right = left + COLUMN.width;
    const first = this.shownStep < 0;
    this.shownStep = step;
    const { scrollLeft, clientWidth } = frame;
    if (left >= scrollLeft && right <= scrollLeft + clientWidth) return;
    const near = Math.abs(left - scrollLeft) < 2 * clientWidth;
    const smooth = !first && near && !matchMedia('(prefers-reduced-motion: reduce)').matches;
    frame.scrollTo({ left: left - clientWidth / 2 + COLUMN.width / 2, behavior: smooth ? 'smooth' : 'instant' });
  }

  private column({ words, units, values, limit, wires }: Run, t: number, current: boolean, unit: number): TemplateResult {
    const { box, width, height } = COLUMN;
    const middle = box.y + box.height / 2;
    const centre = box.x + box.width / 2;
    const row = box.height / units;
    const mark = Math.max(row, 6);
    const below = box.y + box.height;
    const entries = Array.from({ length: units }, (_, i) => {
      const value = values[t * units + i];
      return svg`<rect x=${box.x} y=${box.y + i * row} width=${box.width} height=${row} fill=${this.scale.diverging(value / limit)}>${
        current ? svg`<title>${this.say('value', { unit: i + 1, value: signedDecimal(value) })}</title>` : ''
      }</rect>`;
    });
    return html`
      <div
        class=${current ? 'column current' : 'column'}
        role="option"
        id="step-${t}"
        aria-selected=${current}
        aria-label=${this.say('step', { word: words[t], step: t + 1, steps: words.length })}
        aria-setsize=${words.length}
        aria-posinset=${t + 1}
        @click=${(event: MouseEvent) => this.choose(event, t, units)}
      >
        <svg viewBox="0 0 ${width} ${height}" aria-hidden="true">
          ${wires.across === undefined ? '' : wireAcross(wires.across, t, middle)}
          <text x=${centre} y="16">${wires.name}${subscript(t + 1)}</text>
          <g shape-rendering="crispEdges">${entries}</g>
          <rect class="frame" x=${box.x} y=${box.y} width=${box.width} height=${box.height}></rect>
          ${current ? svg`<rect class="unit" x=${box.x - 3} y=${box.y + unit * row - (mark - row) / 2} width=${box.width + 6} height=${mark}></rect>` : ''}
          <path class="wire" d="M${centre} ${height - 8}V${below + 10}"></path>
          <path class="head" d="M${centre} ${below + 2}l-4.5 9h9z"></path>
          <text class="matrix" x=${centre + 15} y=${below + 32}>${wires.up}</text>
          <text x=${centre} y=${height + 2}>x${subscript(t + 1)}</text>
        </svg>
        <bdi class="word" title=${words[t]}>${words[t]}</bdi>
      </div>
    `;
  }

  /** What is to be said about a layer in a stack, and about one that has no U. */
  private noteOn({ layer, states, below, place }: Wires): string {
    const { say } = this;
    const named = { place: say('sentence', { text: place }) };
    const stacked = place && (below === 1 ? say('oneBelow', named) : say('layersBelow', { ...named, layers: below }));
    return [isRecurrent(layer) ? '' : this.withoutCell(layer, states), stacked].filter(Boolean).join(' ');
  }

  private withoutCell(layer: Layer, states: readonly string[]): string {
    const { say } = this;
    const told = { layer: say('sentence', { text: layerTitle(layer) }) };
    if (states.length === 1) return say('oneState', { ...told, state: states[0] });
    if (states.length > 1) return say('states', { ...told, states: states.join(say('and')) });
    return say(layerStates(layer).length > 0 ? 'looksBack' : 'byItself', told);
  }

  private choose(event: MouseEvent, step: number, units: number): void {
    const { top } = (event.currentTarget as HTMLElement).getBoundingClientRect();
    const unit = Math.floor((((event.clientY - top) / textScale() - COLUMN.box.y) / COLUMN.box.height) * units);
    this.connection.model?.moveCursor(unit >= 0 && unit < units ? { step, unit } : { step });
  }

  private readonly redraw = (): void => this.requestUpdate();

  private readonly moveByKey = (event: KeyboardEvent): void => {
    const model = this.connection.model;
    const run = this.run.value;
    if (!model || !run || event.ctrlKey || event.metaKey || event.altKey) return;
    const { step, unit } = model.cursor;
    const moves: Record<string, { step?: number; unit?: number }> = {
      ArrowLeft: { step: step - 1 },
      ArrowRight: { step: step + 1 },
      PageUp: { step: step - 10 },
      PageDown: { step: step + 10 },
      Home: { step: 0 },
      End: { step: run.words.length - 1 },
      ArrowUp: { unit: unit - 1 },
      ArrowDown: { unit: unit + 1 },
    };
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    model.moveCursor(move);
  };
}

function wireAcross(label: string, t: number, middle: number): SVGTemplateResult {
  const { box } = COLUMN;
  return svg`<path class="wire" d="M${t ? -4 : 14} ${middle}H${box.x - 8}"></path>
    <path class="head" d="M${box.x - 1} ${middle}l-9 -4.5v9z"></path>
    <text class="matrix" x=${t ? 22 : 30} y=${middle - 8}>${label}</text>
    ${t ? '' : svg`<text x="7" y=${middle + 5}>0</text>`}`;
}

declare global {
  interface HTMLElementTagNameMap {
    'rnn-unrolled': RnnUnrolled;
  }
}
