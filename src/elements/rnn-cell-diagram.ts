import { html, nothing, svg, type SVGTemplateResult, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import type { Tape } from '../engine';
import { optionalNumberAttribute } from './attributes';
import { diagramStyles } from './diagram/diagram_styles';
import { drawnLayer, layerToDraw, type DiagramPlace } from './diagram/drawn_layer';
import type { Box, Diagram, DiagramReading, Joint, Part, WireName, WireNumber } from './diagram/part';
import { equationMath, symbolOf } from './equation_math';
import { placeInStack } from './last_layer';
import { held } from './latest';
import { ModelFigure } from './model_figure';
import { decimal, signedDecimal } from './signed_number';
import { StagedAnswer } from './staged_answer';
import { symbolColours } from './symbol_colours';

/** The reader points at symbols, in the picture or in an equation; none where it ends. */
export class SymbolFocusEvent extends Event {
  /** `f`, `c` (before the step), `c'` (after it), `W` … */
  readonly symbols: readonly string[];

  constructor({ symbols }: { symbols: readonly string[] }) {
    super('symbol-focus', { bubbles: true, composed: true });
    this.symbols = symbols;
  }
}

/** Width of a digit of the numbers, a little more than that of most fonts, in CSS pixels. */
const DIGIT = 8.4;

/** What is drawn, whole: a picture of some run at any moment, if not of the newest. */
interface Shown {
  readonly reading: DiagramReading;
  readonly diagram: Diagram;
  readonly word: string;
  readonly steps: number;
  /** `layer 2 of 3, GRU`; empty where there is only one. */
  readonly place: string;
}

/**
 * One step of a layer as a picture: of a cell what is read, the sums, the gates and the states on their way; of attention
 * query, key and value, the weights and what comes of them; of Mamba one channel, from convolution to output gate. Each wire
 * has the number that the chosen unit has on it at the chosen step; and beside it are the equations, with the same names in the
 * same colours. Pointing at a part, or coming to it by keyboard, lights what it stands for in both; pressing it keeps it lit.
 * Of a stack of layers it is the last that has a cell, and without any the last of attention or Mamba.
 *
 * @fires {SymbolFocusEvent} symbol-focus - The reader points at other symbols, or no longer at any.
 * @csspart diagram - The picture.
 * @csspart equations - The equations.
 * @csspart notice - The words that stand where there is nothing to draw.
 * @cssproperty [--rnn-accent] - Colour of what is in focus.
 * @cssproperty [--rnn-diagram-ground=Canvas] - Colour inside boxes and joints.
 * @cssproperty [--rnn-diagram-halo=Canvas] - Colour of the page behind, on which numbers stand clear of wires.
 */
export class RnnCellDiagram extends ModelFigure {
  static override styles = [ModelFigure.styles, symbolColours, diagramStyles];

  /** The layer that is drawn, from 0; the last that has a cell unless given. */
  @property({ converter: optionalNumberAttribute }) layer: number | undefined;

  /** Of Mamba, the channel that is drawn, from 0; that with the unit's own number unless given. */
  @property({ converter: optionalNumberAttribute }) channel: number | undefined;

  /** Symbols lit from outside, as `f` or `c'`. Setting it fires no event. */
  @property({ attribute: false }) lit: readonly string[] = [];

  @state() private pointed: readonly string[] = [];
  @state() private kept: readonly string[] = [];
  /** The part or equation that the Tab key comes to, of each list. */
  @state() private place = { part: 0, equation: 0 };

  private readonly answer = new StagedAnswer<Shown>(this);
  private signals: { readonly tape: Tape; readonly revision: number; readonly layer: number; readonly values: Promise<readonly ArrayLike<number>[]> } | undefined;

  override render(): TemplateResult {
    const obstacle = this.obstacle ?? this.answer.failure;
    if (obstacle) return this.notice(obstacle);
    const shown = this.answer.value;
    if (!shown) return html`${this.waits()}`;
    const { reading, word, steps, place } = shown;
    return html`
      ${this.waits()}
      <p class="where">Unit ${reading.unit + 1} after <bdi>${word}</bdi>, step ${reading.step + 1} of ${steps}${place ? `, in ${place}` : ''}${reading.note ? html`<br /><span class="note">${reading.note}</span>` : nothing}</p>
      <div class="sides" @pointerover=${this.pointAt} @pointerleave=${this.pointAway}><div class="drawn">${this.picture(shown)}</div> ${this.equations(shown)}</div>
    `;
  }

  protected override willUpdate(): void {
    const model = this.connection.model;
    const tape = model?.state.tape;
    if (!model || !tape) {
      this.signals = undefined;
      return this.answer.clear();
    }
    if (this.moving) return this.answer.suspend();
    const { words, revision } = model.state;
    const { step, unit } = model.cursor;
    const { layer, channel } = this;
    this.answer.ask([tape, revision, step, unit, layer, channel], async function* (this: RnnCellDiagram) {
      yield await held(tape, () => this.fetch(tape, revision, words, { step, unit, channel }));
    }.bind(this));
  }

  private async fetch(tape: Tape, revision: number, words: readonly string[], place: DiagramPlace): Promise<Shown> {
    const { shape } = tape.model;
    const layer = this.layer ?? layerToDraw(shape);
    const { diagram, signals, read } = drawnLayer(shape, layer);
    const known = this.signals;
    if (known?.tape !== tape || known.revision !== revision || known.layer !== layer) {
      this.signals = { tape, revision, layer, values: Promise.all(signals.map((name) => tape.signal(name, { layer }).read())) };
    }
    const reading = await read(tape, await this.signals!.values, words, place);
    return { reading, diagram, word: words[place.step], steps: words.length, place: placeInStack(shape, layer) };
  }

  private picture({ reading, diagram }: Shown): TemplateResult {
    const { title, values } = reading;
    const { width, height, parts } = diagram;
    const told = parts.filter(({ label }) => label);
    return html`<svg part="diagram" viewBox="0 0 ${width} ${height}" role="group" aria-label="One step of ${title}, with the numbers of this unit" class=${this.shining.length > 0 ? 'shines' : ''}>
      ${parts.map((part) => svg`<g class=${this.classOf('wires', part)} data-name=${part.name} data-lights=${part.lights.join(' ')}>${part.wires?.map(({ d, arrow }) => wire(d, arrow ?? false))}</g>`)}
      ${parts.map((part) => {
        const rank = told.indexOf(part);
        const marks = svg`${part.boxes?.map((each) => box(each, values))}${part.joints?.map(joint)}${part.names?.map(wireName)}${part.numbers?.map((each) => wireNumber(each, values))}`;
        if (rank < 0) return svg`<g class=${this.classOf('marks', part)} data-name=${part.name} data-lights=${part.lights.join(' ')}>${marks}</g>`;
        return svg`<g
          class=${this.classOf('marks', part)}
          data-name=${part.name}
          data-lights=${part.lights.join(' ')}
          role="button"
          tabindex=${rank === this.place.part ? 0 : -1}
          aria-label=${told[rank].label + numbersOf(part, values)}
          aria-pressed=${String(this.kept.length > 0 && this.kept.join() === part.lights.join())}
          @focus=${() => this.arrive('part', rank, part.lights)}
          @blur=${this.pointAway}
          @click=${() => this.keep(part.lights)}
          @keydown=${(event: KeyboardEvent) => this.moveByKey(event, part.lights)}
        >${marks}</g>`;
      })}
    </svg>`;
  }

  private equations({ reading: { title, equations } }: Shown): TemplateResult {
    const isLit = (name: string) => this.shining.includes(name);
    return html`<ul part="equations" class=${this.shining.length > 0 ? 'equations shines' : 'equations'} aria-label="Equations of ${title}, with the numbers of this unit">
      ${equations.map(({ written, numbers }, rank) => {
        const lights = [symbolOf(written.split(' = ')[0])];
        return html`<li>
          <div
            role="button"
            data-lights=${lights.join(' ')}
            class=${isLit(lights[0]) ? 'equation lit' : 'equation'}
            tabindex=${rank === this.place.equation ? 0 : -1}
            aria-label="${written.replaceAll("'", ' after the step')}; in numbers ${numbers.replaceAll("'", '')}"
            aria-pressed=${String(this.kept.join() === lights.join())}
            @focus=${() => this.arrive('equation', rank, lights)}
            @blur=${this.pointAway}
            @click=${() => this.keep(lights)}
            @keydown=${(event: KeyboardEvent) => this.moveByKey(event, lights)}
          >
            ${equationMath(written, isLit)}
            <span class="numbers">${numbers.replace(/^[^=]*/, '')}</span>
          </div>
        </li>`;
      })}
    </ul>`;
  }

  /** What is lit: what the reader points at, else what was pressed, else what the page lights. */
  private get shining(): readonly string[] {
    return [this.pointed, this.kept, this.lit].find(({ length }) => length > 0) ?? [];
  }

  private classOf(layer: string, { lights }: Part): string {
    return lights.some((name) => this.shining.includes(name)) ? `${layer} lit` : layer;
  }

  private point(symbols: readonly string[]): void {
    if (symbols.join() === this.pointed.join()) return;
    this.pointed = symbols;
    this.dispatchEvent(new SymbolFocusEvent({ symbols: this.shining }));
  }

  private readonly pointAt = (event: PointerEvent): void => {
    if (event.pointerType === 'touch') return; // a tap presses
    const symbol = (event.target as Element).closest<HTMLElement>('.symbol')?.dataset['name'];
    const lights = (event.target as Element).closest<HTMLElement>('[data-lights]')?.dataset['lights'];
    this.point(symbol ? [symbol] : (lights?.split(' ') ?? []));
  };

  private readonly pointAway = (): void => this.point([]);

  private arrive(list: 'part' | 'equation', rank: number, lights: readonly string[]): void {
    this.place = { ...this.place, [list]: rank };
    this.point(lights);
  }

  private keep(lights: readonly string[]): void {
    this.kept = this.kept.join() === lights.join() ? [] : lights;
    this.dispatchEvent(new SymbolFocusEvent({ symbols: this.shining }));
  }

  private moveByKey(event: KeyboardEvent, lights: readonly string[]): void {
    const list = [...(event.currentTarget as Element).closest('[part]')!.querySelectorAll<HTMLElement | SVGElement>('[role=button]')];
    const at = list.indexOf(event.currentTarget as HTMLElement);
    const goals: Record<string, number> = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: list.length - 1 };
    if (event.key === 'Enter' || event.key === ' ') this.keep(lights);
    else if (event.key === 'Escape') this.keep([]);
    else if (event.key in goals) list[Math.min(Math.max(0, goals[event.key]), list.length - 1)].focus();
    else return;
    event.preventDefault();
  }
}

function wire(d: string, arrow: boolean): SVGTemplateResult {
  return svg`<path class="hit" d=${d}></path><path class="wire" d=${d}></path>${arrow ? svg`<path class="head" d="M-7 -4.5L1 0L-7 4.5z" transform=${headAt(d)}></path>` : nothing}`;
}

/** Where a path of straight lines, across and up or down, ends, and which way it points there. */
function headAt(d: string): string {
  let [x, y, turn] = [0, 0, 0];
  for (const [, command, first, second] of d.matchAll(/([MHV])(-?[\d.]+)(?: (-?[\d.]+))?/g)) {
    const value = Number(first);
    if (command === 'M') [x, y] = [value, Number(second)];
    else if (command === 'H') [x, turn] = [value, value < x ? 180 : 0];
    else [y, turn] = [value, value < y ? -90 : 90];
  }
  return `translate(${x} ${y}) rotate(${turn})`;
}

function joint({ x, y, sign }: Joint): SVGTemplateResult {
  const cross = sign === '+' ? 'M-5 0H5M0 -5V5' : 'M-4 -4L4 4M-4 4L4 -4';
  return svg`<circle class="joint" cx=${x} cy=${y} r="10"></circle><path class="sign" d=${cross} transform="translate(${x} ${y})"></path>`;
}

function box({ x, y, width, height, symbol, function: applied, value, ends: [low, high] }: Box, values: DiagramReading['values']): SVGTemplateResult {
  const centre = x + width / 2;
  if (!value) return svg`<rect class="box" x=${x} y=${y} width=${width} height=${height} rx="6"></rect><text class="function" x=${centre} y=${y + height / 2 + 5}>${applied}</text>`;
  const number = values[value];
  const at = (end: number) => x + 7 + ((width - 14) * (Math.min(Math.max(end, low), high) - low)) / (high - low);
  const [from, to] = [at(Math.max(low, 0)), at(number)].toSorted((one, other) => one - other);
  return svg`
    <rect class="box" x=${x} y=${y} width=${width} height=${height} rx="6"></rect>
    <text x=${centre} y=${y + 17}><tspan class="letter">${symbol.replace("'", '')}</tspan><tspan class="function" dx="5">${applied}</tspan></text>
    <text class="number" x=${centre} y=${y + 35}>${low < 0 ? signedDecimal(number) : decimal(number)}</text>
    ${Number.isFinite(low) ? svg`<path class="groove" d="M${x + 7} ${y + height - 8}H${x + width - 7}"></path><path class="gauge" d="M${from} ${y + height - 8}H${to}"></path>` : nothing}
  `;
}

function wireName({ text, x, y, anchor = 'middle' }: WireName): SVGTemplateResult {
  const [letters, index] = text.split('_');
  return svg`<text class="name" x=${x} y=${y} text-anchor=${anchor}>${letters}${index ? svg`<tspan class="index" dy="4">${index}</tspan>` : nothing}</text>`;
}

/** On a ground of its own, so that the wires behind it do not strike it through. */
function wireNumber({ value, x, y, anchor = 'middle' }: WireNumber, values: DiagramReading['values']): SVGTemplateResult {
  const text = signedDecimal(values[value]);
  const width = DIGIT * text.length;
  const left = { start: x, middle: x - width / 2, end: x - width }[anchor];
  return svg`<rect class="ground" x=${left - 2} y=${y - 14} width=${width + 4} height="18" rx="4"></rect><text class="number" x=${x} y=${y} text-anchor=${anchor}>${text}</text>`;
}

/** The numbers of a part for who hears it, each by gate where there are several. */
function numbersOf({ boxes = [], numbers = [] }: Part, values: DiagramReading['values']): string {
  const told = [...boxes.flatMap(({ value }) => (value ? [value] : [])), ...numbers.map(({ value }) => value)];
  if (told.length === 0) return '';
  if (told.length === 1) return `: ${decimal(values[told[0]])}`;
  return `: ${told.map((name) => `${name.replace('a_', 'its sum ').replace(/^[UWp]_/, '').replace("'", '')} ${decimal(values[name])}`).join(', ')}`;
}

declare global {
  interface HTMLElementTagNameMap {
    'rnn-cell-diagram': RnnCellDiagram;
  }
  interface GlobalEventHandlersEventMap {
    'symbol-focus': SymbolFocusEvent;
  }
}
