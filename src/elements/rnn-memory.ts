import { css, html, nothing, svg, type SVGTemplateResult, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import { guard } from 'lit/directives/guard.js';
import type { FeltBy } from './felt_by';
import { Latest } from './latest';
import { memoryCurves, type MemoryCurves } from './memory_curves';
import { ModelFigure } from './model_figure';
import { textScale } from './text_scale';
import { textWidth } from './text_width';
import { axisWithin, timeAxis, type TimeAxis } from './time_axis';

/** The chart, in CSS pixels; its decades go from −4 to 1 at least, and downward in steps of four. */
const CHART = { height: 260, top: 14, bottom: 10 } as const;

/**
 * Memory and gradient side by side, on one axis of time. Stored: how far apart two runs are that differ in a word,
 * ‖Δh_t‖, reading onward from that word. Gradient: what a loss at the last step can feel of step t, ‖∂h_T/∂h_t‖, reading
 * back from the end. Both are drawn on one absolute scale of powers of ten; nothing is normalised. Below them, unit by
 * unit, the difference and the derivatives of one unit's last value.
 *
 * Of a cell with two states, h and c, both curves are of the two together.
 *
 * @csspart notice - The words that stand where there is nothing to draw.
 * @cssproperty [--rnn-accent] - Colour of the stored curve and of the chosen step.
 */
export class RnnMemory extends ModelFigure {
  static override styles = [
    ModelFigure.styles,
    css`
      .key {
        display: flex;
        flex-wrap: wrap;
        gap: 0.25rem 2rem;
        margin: 0 0 0.5rem;
        padding: 0;
        list-style: none;
      }
      .key li {
        display: flex;
        align-items: center;
        gap: 0.6rem;
      }
      .key svg {
        flex: none;
      }
      .scroll {
        overflow-x: auto;
        direction: ltr;
      }
      .chart {
        display: block;
        cursor: pointer;
        touch-action: pan-y;
      }
      .chart:focus-visible {
        outline-offset: -2px;
      }
      sub {
        font-size: 0.75em;
        line-height: 0;
      }
      text {
        font-size: 11px;
        fill: var(--quiet);
      }
      text.end {
        text-anchor: end;
      }
      text.told {
        fill: currentColor;
        font-size: 12px;
        font-weight: 700;
        paint-order: stroke;
        stroke: var(--panel, Canvas);
        stroke-width: 4px;
        stroke-linejoin: round;
      }
      text.told.stored {
        fill: var(--accent);
      }
      .decade {
        stroke: var(--line);
        opacity: 0.6;
      }
      .one {
        stroke: var(--quiet);
      }
      .here {
        fill: currentColor;
        opacity: 0.09;
      }
      .swap {
        stroke: var(--accent);
        stroke-dasharray: 2 3;
      }
      .line {
        fill: none;
        stroke: currentColor;
        stroke-width: 2.25;
        stroke-linejoin: round;
      }
      .line.stored {
        stroke: var(--accent);
      }
      .line.gradient {
        stroke-dasharray: 7 4;
      }
      .dot {
        fill: currentColor;
      }
      .dot.stored {
        fill: var(--accent);
      }
      rnn-heatmap {
        display: block;
        margin-block-start: 1.25rem;
      }
      .told-in-words {
        margin: 0.75rem 0 0;
      }
    `,
  ];

  /** The second sentence: what is stored of the words that differ. */
  @property() with = '';

  /**
   * What the gradient is by: `state`, the last layer's own after each step, or `input`, what the network read there, with
   * the output `y` for the state; through all layers, on one scale for layers of every kind. `state` unless given, where the last
   * layer has a cell.
   */
  @property() by: FeltBy | '' = '';

  /** Width for the chart. */
  @state() private room = 0;

  private readonly resized = new ResizeObserver(([{ contentRect }]) => (this.room = Math.floor(contentRect.width)));
  private readonly curves = new Latest<MemoryCurves>(this);

  override render(): TemplateResult {
    const obstacle = this.obstacle ?? this.curves.failure;
    if (obstacle) return this.notice(obstacle);
    const curves = this.curves.value;
    if (!curves) return html`${this.waits()}`;
    const { words, other, units } = curves;
    const { step, unit } = this.connection.model!.cursor;
    const t = Math.min(step, words.length - 1);
    const labels = words.map((word, k) => (k < other.length && word !== other[k] ? `${word} → ${other[k]}` : word));
    const axis = timeAxis(this.renderRoot.querySelector('rnn-heatmap'), units, labels, this.room || 640);
    const s = curves.states.length === 1 ? curves.states[0] : 's';
    const by = curves.by === 'state' ? s : 'x';
    return html`
      ${this.waits()}
      <ul class="key">
        <li>${sample('stored')}<span><b>Stored</b> of the swapped word${by === 'x' ? ', as the output tells' : ''}, ‖Δ<i>${s}</i><sub>t</sub>‖</span></li>
        <li>${sample('gradient')}<span><b>Gradient</b> from the last step${by === 'x' ? ' to each word' : ''}, ‖∂<i>${s}</i><sub>T</sub>/∂<i>${by}</i><sub>t</sub>‖</span></li>
        ${s === 's' ? html`<li><span><i>s</i> is ${curves.states.join(' and ')} together</span></li>` : nothing}
      </ul>
      ${this.chart(curves, t, axis)}
      ${guard([curves, axis.worded], () => this.stored(curves, axis.worded ? labels : undefined))}
      ${this.felt(curves, Math.min(unit, units - 1))}
      <p class="told-in-words" role="status">${inWords(curves)}</p>
    `;
  }

  protected override willUpdate(): void {
    const current = this.connection.model?.state;
    if (!current?.tape) return this.curves.clear();
    if (this.moving) return this.curves.suspend();
    const { tape, revision } = current;
    const { with: other, by } = this;
    this.curves.ask([tape, revision, other, by], (abort) => memoryCurves(tape, other, by, abort));
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.resized.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.resized.disconnect();
  }

  private chart({ words, stored, gradient, swapped, states }: MemoryCurves, step: number, axis: TimeAxis): TemplateResult {
    const scale = textScale();
    const { left, pitch, width } = axisWithin(axis, scale);
    const { top: highest, bottom: lowest } = decadesOf(stored, gradient);
    const { height, top, bottom } = CHART;
    const x = (t: number) => left + (t + 0.5) * pitch;
    const y = (log: number) => top + ((highest - log) / (highest - lowest)) * (height - top - bottom);
    const every = Math.ceil((highest - lowest) / 8);
    const decades = Array.from({ length: highest - lowest + 1 }, (_, k) => highest - k).filter((log) => log % every === 0);
    const value = `${words[step]}, step ${step + 1} of ${words.length}: stored ${step < stored.length ? power(stored[step]) : 'unknown'}, gradient ${power(gradient[step])}`;
    const last = stored.length - 1;
    const first = swapped[0];
    return html`<div class="scroll">
      <svg
        class="chart"
        width=${axis.width}
        height=${height * scale}
        viewBox="0 0 ${width} ${height}"
        role="slider"
        tabindex="0"
        aria-label="Stored and gradient${states.length > 1 ? ` of ${states.join(' and ')} together` : ''}, by step"
        aria-valuemin="1"
        aria-valuemax=${words.length}
        aria-valuenow=${step + 1}
        aria-valuetext=${value}
        @keydown=${this.moveByKey}
        @click=${(event: MouseEvent) => this.choose(event, axis)}
      >
        <rect class="here" x=${left + step * pitch} y="0" width=${pitch} height=${height}></rect>
        ${guard([stored, gradient, left, pitch], () => [
          ...decades.map(
            (log) => svg`<path class=${log === 0 ? 'decade one' : 'decade'} d="M${left} ${y(log)}H${width}"></path>
              <text class="end" x=${left - 4} y=${y(log) + 4}>${tenTo(log)}</text>`,
          ),
          ...swapped.map((t) => svg`<path class="swap" d="M${x(t)} 0V${height}"></path>`),
          curve('gradient', gradient, x, y, pitch),
          curve('stored', stored, x, y, pitch),
          first === undefined ? nothing : told('gradient', x(first), y(gradient[first]), `gradient ${power(gradient[first])}`, width),
          first === undefined || !Number.isFinite(stored[last]) ? nothing : told('stored', x(last), y(stored[last]), `stored ${power(stored[last])}`, width),
        ])}
      </svg>
    </div>`;
  }

  private stored({ units, by, stored, difference }: MemoryCurves, labels: readonly string[] | undefined): TemplateResult {
    const steps = stored.length;
    const rows = Float64Array.from({ length: units * steps }, (_, k) => difference[(k % steps) * units + Math.floor(k / steps)]);
    return html`<rnn-heatmap
      label="Stored, unit by unit: the size of Δ${by === 'state' ? 'h' : 'y'}, the other sentence’s ${by === 'state' ? 'state' : 'output'} minus this one’s"
      scale="log"
      row-noun="unit"
      column-noun="step"
      .model=${this.connection.model}
      .values=${rows}
      .rows=${units}
      .columnLabels=${labels?.slice(0, steps)}
    ></rnn-heatmap>`;
  }

  /** The model's loss is one unit after the last word: the cursor's. */
  private felt({ by }: MemoryCurves, unit: number): TemplateResult {
    const label =
      by === 'state'
        ? `Gradient, unit by unit: what h[${unit + 1}] after the last word feels of every unit before, ∂h_T[${unit + 1}]/∂h_t`
        : `Gradient, number by number: what y[${unit + 1}] after the last word feels of what was read at every word, ∂y_T[${unit + 1}]/∂x_t`;
    return html`<rnn-heatmap label=${label} .signal=${by === 'state' ? 'd_h' : 'd_x'} .layer=${by === 'state' ? undefined : 0} .model=${this.connection.model}></rnn-heatmap>`;
  }

  private choose(event: MouseEvent, { left, pitch }: TimeAxis): void {
    const { left: start } = (event.currentTarget as Element).getBoundingClientRect();
    const step = Math.floor((event.clientX - start - left) / pitch);
    if (step >= 0) this.connection.model?.moveCursor({ step });
  }

  private readonly moveByKey = (event: KeyboardEvent): void => {
    const model = this.connection.model;
    if (!model || event.ctrlKey || event.metaKey || event.altKey) return;
    const { step } = model.cursor;
    const moves: Record<string, number> = {
      ArrowLeft: step - 1,
      ArrowDown: step - 1,
      ArrowRight: step + 1,
      ArrowUp: step + 1,
      PageDown: step - 10,
      PageUp: step + 10,
      Home: 0,
      End: Number.MAX_SAFE_INTEGER,
    };
    const move = moves[event.key];
    if (move === undefined) return;
    event.preventDefault();
    model.moveCursor({ step: move });
  };
}

type Kind = 'stored' | 'gradient';

function sample(kind: Kind): TemplateResult {
  return html`<svg width="34" height="10" viewBox="0 0 34 10" aria-hidden="true">${svg`<path class="line ${kind}" d="M1 5H33"></path>${point(kind, 17, 5, 3)}`}</svg>`;
}

/** A disc for what is stored, a diamond for the gradient: told apart without colour. */
function point(kind: Kind, x: number, y: number, size: number): SVGTemplateResult {
  return kind === 'stored'
    ? svg`<circle class="dot stored" cx=${x} cy=${y} r=${size}></circle>`
    : svg`<path class="dot" d="M${x} ${y - size - 1}l${size + 1} ${size + 1}l${-size - 1} ${size + 1}l${-size - 1} ${-size - 1}z"></path>`;
}

/** Exact zeros have no place on a scale of powers of ten: the line stops before them. */
function curve(kind: Kind, logs: Float64Array, x: (t: number) => number, y: (log: number) => number, pitch: number): SVGTemplateResult {
  let path = '';
  let drawing = false;
  for (let t = 0; t < logs.length; t++) {
    const finite = Number.isFinite(logs[t]);
    if (finite) path += `${drawing ? 'L' : 'M'}${x(t).toFixed(2)} ${y(logs[t]).toFixed(2)}`;
    drawing = finite;
  }
  const dots = pitch < 16 ? [] : Array.from(logs).flatMap((log, t) => (Number.isFinite(log) ? [point(kind, x(t), y(log), 2.75)] : []));
  return svg`<path class="line ${kind}" d=${path}></path>${dots}`;
}

/** The number that counts, at its point. */
function told(kind: Kind, x: number, y: number, text: string, width: number): SVGTemplateResult {
  const atEnd = x > width / 2 && x + 9 + textWidth(text, 'bold 12px system-ui, sans-serif') > width;
  return svg`${point(kind, x, y, 4.5)}<text class="told ${kind} ${atEnd ? 'end' : ''}" x=${atEnd ? x + 4 : x + 9} y=${y > 30 ? y - 10 : y + 20}>${text}</text>`;
}

/** The ends of the scale, in powers of ten. */
function decadesOf(...curves: readonly Float64Array[]): { readonly top: number; readonly bottom: number } {
  const finite = curves.flatMap((logs) => Array.from(logs).filter(Number.isFinite));
  const highest = finite.reduce((most, log) => Math.max(most, log), 0);
  const lowest = finite.reduce((least, log) => Math.min(least, log), 0);
  return { top: Math.max(1, Math.ceil(highest)), bottom: Math.min(-4, 4 * Math.floor(lowest / 4)) };
}

function inWords({ words, other, swapped, by, stored, gradient }: MemoryCurves): TemplateResult | string {
  const [first] = swapped;
  if (first === undefined) return 'As far as both go, the two sentences are the same: there is no swapped word to look for.';
  const uneven = words.length === other.length ? '' : `, as far as both go (${stored.length} steps)`;
  const last = stored.length - 1;
  if (by === 'input') {
    return html`After the last word${uneven}, the outputs differ by <b>${power(stored[last])}</b>: that much they tell of <bdi>${words[first]}</bdi> → <bdi>${other[first]}</bdi>. A small
      change of the vector of <bdi>${words[first]}</bdi> changes the last output <b>${power(gradient[first])}</b> times as much.`;
  }
  return html`After the last word${uneven}, the states still differ by <b>${power(stored[last])}</b>: that much is stored of
    <bdi>${words[first]}</bdi> → <bdi>${other[first]}</bdi>. A correction sent back from the end has <b>${power(gradient[first])}</b> times its size when it arrives at
    <bdi>${words[first]}</bdi>.`;
}

/** A number from its log₁₀, also where the number itself would overflow or vanish. */
function power(log: number): string {
  if (log === -Infinity) return '0';
  if (log > -3 && log < 6) return (10 ** log).toPrecision(log < 0 ? 2 : 3).replace(/\.?0+$/, (zeros) => (zeros.includes('.') ? '' : zeros));
  const exponent = Math.floor(log);
  const digits = (10 ** (log - exponent)).toFixed(1);
  return `${digits}e${exponent}`.replace('10.0e', '1.0e').replace('e-', 'e−');
}

function tenTo(exponent: number): string {
  if (exponent === 0) return '1';
  return `10${String(exponent).replace('-', '⁻').replace(/\d/g, (digit) => '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)])}`;
}

declare global {
  interface HTMLElementTagNameMap {
    'rnn-memory': RnnMemory;
  }
}
