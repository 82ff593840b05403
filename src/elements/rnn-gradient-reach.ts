import { css, html, nothing, svg, type PropertyValues, type SVGTemplateResult, type TemplateResult } from 'lit';
import { property, query } from 'lit/decorators.js';
import { isRecurrent, type Signal, type Tape } from '../engine';
import { optionalNumberAttribute } from './attributes';
import { Latest } from './latest';
import { ofLog10, powerOfTen } from './log_axis';
import { ModelFigure } from './model_figure';
import { numbersBelow, numbersStyles, numbersTable } from './numbers_table';
import { rgbOfCss } from './page_colours';
import { NormPainter, paintNorms, stepLengths, type NormWindow } from './paint/norm_painter';
import { paintNextFrame } from './paint/paint_frame';
import { Room } from './room';
import type { GradientState } from './run_gradient';
import { textScale } from './text_scale';

/** What the bars are painted from, and the step that the gradient is taken at. */
interface Drawn {
  readonly signal: Signal;
  readonly gradient: GradientState;
  readonly last: number;
}

/** Lengths of a gradient along a run, with what they are drawn with. */
interface Lengths {
  readonly words: readonly string[];
  /** The step that the gradient is taken at. */
  readonly last: number;
  /** log₁₀ of the length, by step. */
  readonly log10: Float64Array;
}

/** In CSS pixels: the plot's height, and the room for its axes with text of the usual size. */
const HEIGHT = 88;
const AXIS = { left: 46, below: 20, above: 6 };
const WIDEST_BAR = 48;

/** Ticks of the axis are so many decades apart. */
const TICK_DECADES = 4;

/**
 * How far back a gradient reaches: its length ‖∂h_T/∂h_t‖, over all units, against the distance from the step that it is
 * taken at, on a logarithmic axis with fixed ends, so that several can be compared. The bars are painted from GPU memory
 * and move while the network is trained; the numbers are fetched when training pauses.
 *
 * @csspart plot - The bars with their axes.
 * @csspart summary - How much arrives, in words.
 * @csspart numbers - The bars as a table.
 * @csspart notice - The words that stand where there is nothing to draw.
 * @cssproperty [--rnn-bar] - Colour of the bars.
 */
export class RnnGradientReach extends ModelFigure {
  static override styles = [
    ModelFigure.styles,
    numbersStyles,
    css`
      :host {
        --place: 11rem;
        font: 0.8125rem/1.4 system-ui, sans-serif;
        margin-block: 0.75rem;
      }
      .head {
        display: flex;
        flex-wrap: wrap;
        justify-content: space-between;
        gap: 0 1.5rem;
      }
      p {
        margin: 0 0 0.25rem;
      }
      .summary {
        color: var(--quiet);
      }
      .plot {
        position: relative;
        direction: ltr;
        overflow: clip;
      }
      svg {
        display: block;
      }
      text {
        fill: currentColor;
        font-size: 0.75rem;
      }
      path {
        stroke: var(--line);
      }
      canvas {
        position: absolute;
        inset: 0 auto auto 0;
        color: var(--rnn-bar, var(--accent));
        transition: color 1ms linear;
      }
    `,
  ];

  /** The gradient: `d_h`, `d_c`, `d_x`. Unless given `d_h` where the last layer has a cell, else `d_x` of the first layer: by what the network read. */
  @property() signal = '';

  /** Its layer, from 0; the last unless given. */
  @property({ converter: optionalNumberAttribute }) layer: number | undefined;

  /** What the bars show, in words. */
  @property() label = '';

  /** The lower end of the axis: the exponent of ten. */
  @property({ type: Number }) lowest = -12;

  /** The upper end. */
  @property({ type: Number }) highest = 1;

  @query('canvas') private readonly canvas!: HTMLCanvasElement | null;

  private readonly lengths = new Latest<Lengths>(this);
  private readonly room = new Room(this);
  #drawn: Drawn | undefined;
  #problem = '';
  #painter: NormPainter | undefined;
  #painted: HTMLCanvasElement | undefined;
  #callOff: (() => void) | undefined;

  override render(): TemplateResult {
    const drawn = this.#drawn;
    if (!drawn) return this.#problem ? this.notice(this.#problem) : this.awaited();
    const { signal, last } = drawn;
    const label = this.label || `‖${signal.name}‖ by distance`;
    const said = this.#summary(last);
    return html`
      <div class="head">
        <p>${label}</p>
        <p part="summary" class="summary">${said}</p>
      </div>
      <div part="plot" class="plot" role="img" aria-label="${label}. ${said} Axis from ${powerOfTen(this.lowest)} to ${powerOfTen(this.highest)}.">
        ${this.room.width > 0 ? this.#axes(last + 1) : nothing} ${signal.storage ? html`<canvas class="gpu" @transitionend=${this.#paintSoon}></canvas>` : html`<canvas @transitionend=${this.#paintSoon}></canvas>`}
      </div>
      ${this.#table()}
    `;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#callOff?.();
    this.#callOff = undefined;
    this.#painter?.release();
    this.#painter = this.#painted = undefined;
  }

  protected override willUpdate(): void {
    this.#choose();
    const drawn = this.#drawn;
    if (!drawn || drawn.signal.tape.released) return this.lengths.suspend();
    const { signal, gradient, last } = drawn;
    // Where the GPU keeps the numbers the picture moves without them.
    if (this.moving && signal.storage) return this.lengths.suspend();
    const { words, revision } = this.connection.model!.state;
    this.lengths.ask([signal.tape, signal.name, signal.layer, revision, gradient], async () => ({ words, last, log10: stepLengths(await signal.read(), signal.shape) }));
  }

  protected override updated(_changed: PropertyValues): void {
    this.#paintSoon();
  }

  /** Finds what to draw, or why there is nothing; while a gradient is on its way the last picture stands. */
  #choose(): void {
    const gradient = this.obstacle === undefined ? this.connection.model!.gradient() : undefined;
    if (gradient?.status === 'loading' && this.#drawn) return;
    this.#drawn = undefined;
    this.#problem = this.obstacle ?? (gradient!.status === 'loading' ? '' : gradient!.message);
    if (gradient?.status !== 'ready') return;
    try {
      const tape = this.connection.model!.state.tape!;
      const signal = this.signal ? tape.signal(this.signal, { layer: this.layer }) : felt(tape, this.layer);
      if (signal.kind === 'gradient') this.#drawn = { signal, gradient, last: gradient.loss.step };
      else this.#problem = `signal: "${this.signal}" given; it must be a gradient, as d_h is.`;
    } catch (error) {
      this.#problem = (error as Error).message;
    }
  }

  #axes(columns: number): SVGTemplateResult {
    const { barWidth } = this.#bars(columns);
    const scale = textScale();
    const [left, above] = [AXIS.left * scale, AXIS.above * scale];
    const wide = (columns * barWidth) / devicePixelRatio;
    const y = (exponent: number) => above + (HEIGHT * (this.highest - exponent)) / (this.highest - this.lowest);
    const bottom = above + HEIGHT;
    const ticks = Array.from({ length: this.highest - this.lowest + 1 }, (_, k) => this.lowest + k).filter((exponent) => exponent % TICK_DECADES === 0);
    const apart = [1, 2, 5, 10, 20, 50, 100].find((step) => (step * barWidth) / devicePixelRatio >= 26 * scale) ?? 200;
    const distances = Array.from({ length: Math.ceil(columns / apart) }, (_, k) => k * apart);
    const middle = (distance: number) => left + ((distance + 0.5) * barWidth) / devicePixelRatio;
    return svg`<svg width=${left + wide} height=${bottom + AXIS.below * scale} aria-hidden="true">
      ${ticks.map((exponent) => svg`<path d="M${left} ${y(exponent)}h${wide}"></path><text x=${left - 6} y=${y(exponent) + 4 * scale} text-anchor="end">${powerOfTen(exponent)}</text>`)}
      ${distances.map((distance) => svg`<text x=${middle(distance)} y=${bottom + 15 * scale} text-anchor="middle">${distance}</text>`)}
    </svg>`;
  }

  #summary(last: number): string {
    const found = this.lengths.value;
    if (this.moving) return 'Moving with the training.';
    if (!found || found.last !== last) return this.lengths.failure ?? '';
    const { log10 } = found;
    if (last === 0) return `${ofLog10(log10[0])} at the only step.`;
    const faded = Array.from({ length: last }, (_, k) => k + 1).find((distance) => log10[last - distance] - log10[last] < -2);
    const reach = faded === undefined ? 'More than a hundredth arrives at every step.' : `Less than a hundredth arrives from ${faded} ${faded === 1 ? 'step' : 'steps'} back on.`;
    return `${ofLog10(log10[last])} at the end and, ${last} ${last === 1 ? 'step' : 'steps'} before, ${ofLog10(log10[0])}. ${reach}`;
  }

  #table(): TemplateResult | typeof nothing {
    const found = this.lengths.value;
    if (!found) return nothing;
    const { words, last, log10 } = found;
    const summary = 'The bars as a table';
    if (this.moving) return numbersBelow(summary, html`<p>The numbers follow when training pauses.</p>`);
    return numbersTable({
      summary,
      label: 'Length by distance',
      head: ['Steps back', 'Word', 'Length'],
      rows: Array.from({ length: last + 1 }, (_, distance) => ({ head: String(distance), cells: [html`<bdi>${words[last - distance]}</bdi>`, ofLog10(log10[last - distance])] })),
    });
  }

  #bars(columns: number): { readonly barWidth: number; readonly gap: number } {
    const barWidth = Math.max(1, Math.floor(Math.min((this.room.width - AXIS.left * textScale()) / columns, WIDEST_BAR) * devicePixelRatio));
    return { barWidth, gap: barWidth >= 4 * devicePixelRatio ? Math.max(1, Math.round(devicePixelRatio)) : 0 };
  }

  readonly #paintSoon = (): void => {
    this.#callOff ??= paintNextFrame(() => {
      this.#callOff = undefined;
      this.#paint();
    });
  };

  #paint(): void {
    const { canvas } = this;
    const drawn = this.#drawn;
    if (!canvas || this.room.width === 0 || !drawn || drawn.signal.tape.released) return;
    const { signal, last } = drawn;
    const columns = last + 1;
    const { barWidth, gap } = this.#bars(columns);
    const ratio = devicePixelRatio;
    const [width, height] = [columns * barWidth, Math.round(HEIGHT * ratio)];
    const colour = rgbOfCss(getComputedStyle(canvas).color) ?? [128, 128, 128];
    const decades = { min: this.lowest, max: this.highest };
    const window: NormWindow = { width, height, barWidth, gap, stripe: Math.max(2, Math.round(3 * ratio)), columns, last, decades, colour };
    canvas.style.left = `${AXIS.left * textScale()}px`;
    canvas.style.top = `${AXIS.above * textScale()}px`;
    canvas.style.width = `${width / ratio}px`;
    canvas.style.height = `${HEIGHT}px`;
    const found = this.lengths.value;
    if (signal.storage) this.#painterFor(canvas).paint(signal.storage, signal.shape[3], window);
    else if (found && found.last === last) paintNorms(canvas, (step) => found.log10[step], window);
  }

  #painterFor(canvas: HTMLCanvasElement): NormPainter {
    if (this.#painter && this.#painted === canvas) return this.#painter;
    this.#painter?.release();
    this.#painted = canvas;
    this.#painter = new NormPainter(canvas, this.#paintSoon);
    return this.#painter;
  }
}

/** The states' where the layer hands states on that are its output, else that by what the network read. */
function felt(tape: Tape, layer: number | undefined): Signal {
  const { layers } = tape.model.shape;
  return isRecurrent(layers[layer ?? layers.length - 1]) ? tape.signal('d_h', { layer }) : tape.signal('d_x', { layer: layer ?? 0 });
}

declare global {
  interface HTMLElementTagNameMap {
    'rnn-gradient-reach': RnnGradientReach;
  }
}
