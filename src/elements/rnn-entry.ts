import { html, nothing, svg, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import { isRecurrent, layerTitle, recurrentLayer, type Addend, type Addends, type Cell, type ModelShape, type Parameters, type Tape } from '../engine';
import { curveOf } from './activation_curve';
import { optionalNumberAttribute } from './attributes';
import { readCell, type CellReading } from './cell_reading';
import { curvePicture, curveStyles } from './curve_picture';
import { entryPhrases, type EntryPhrases } from './entry_phrases';
import { entryStyles } from './entry_styles';
import { placeOfWeight, typedWeight, weightControls, weightStyles, type ChosenWeight, type Term } from './entry_weight';
import { insteadOfGates, lastCell, placeInStack } from './last_layer';
import { held } from './latest';
import { ModelFigure } from './model_figure';
import { ScaleConnection } from './scale_connection';
import { bracketed, decimal, signedDecimal } from './signed_number';
import { StagedAnswer } from './staged_answer';
import { stateSummands, summedStates } from './state_summands';
import { samePlace, weightName, type WeightEdit } from './weight_edits';

/** The reader chose another gate, or a state, to take apart. */
export class GateChangeEvent extends Event {
  readonly gate: string;

  constructor({ gate }: { gate: string }) {
    super('gate-change', { bubbles: true, composed: true });
    this.gate = gate;
  }
}

/** Terms shown before the rest is summed up. */
const SHOWN = 8;

/** Everything about one unit at one step; the cell without the equation of a state that is not the unit's own, as the projected h of an LSTM. */
interface Entry extends CellReading {
  readonly shape: ModelShape;
  /** The layer that has it, from 0. */
  readonly layer: number;
  /** What the tape was made with. */
  readonly parameters: Parameters;
  readonly word: string;
  readonly steps: number;
}

/**
 * Where one number of the state comes from: the equations with the numbers of the chosen unit and step in place of
 * the letters, the terms of W·x + U·h + b largest first as signed bars, and the point they lead to on the curve of the
 * non-linearity, with the slope there. For a cell with gates, one gate at a time, or a state as the sum it is: what was
 * kept of the old one, and what was added. Any weight of a sum can be chosen and changed; all views of the model follow.
 * Of a stack of layers it is an entry of the last one that has a cell.
 *
 * @fires {GateChangeEvent} gate-change - The reader chose another gate or state.
 * @csspart notice - The words that stand where there is nothing to draw.
 * @cssproperty [--rnn-accent] - Colour of the point and its tangent.
 */
export class RnnEntry extends ModelFigure<EntryPhrases> {
  static override styles = [
    ModelFigure.styles,
    curveStyles,
    entryStyles,
    weightStyles,
  ];

  /** The gate whose sum is shown, by its letter, or a state of a gated cell; the cell's first gate unless given. */
  @property() gate = '';

  /** The layer whose units are taken apart, from 0; the last that has a cell unless given. */
  @property({ converter: optionalNumberAttribute }) layer: number | undefined;

  @state() private all = false;

  /** The term whose weight the slider moves; U[i,i] unless chosen. */
  @state() private chosen: Term | undefined;

  /** What stands in the weight's field while it is typed in. */
  @state() private typed: string | undefined;

  protected override readonly phrases = entryPhrases;

  private readonly entry = new StagedAnswer<Entry>(this);
  private readonly scale = new ScaleConnection(this);
  private states: { readonly tape: Tape; readonly revision: number; readonly layer: number; readonly values: Promise<readonly ArrayLike<number>[]> } | undefined;

  override render(): TemplateResult {
    const obstacle = this.obstacle ?? this.entry.failure;
    if (obstacle) return this.notice(obstacle);
    const entry = this.entry.value;
    if (!entry) return html`${this.waits()}`;
    const { cell, equations, sums } = entry;
    const summed = summedStates(cell).find((name) => name === this.gate);
    const g = this.gateIndex(cell);
    const chosen = summed ?? cell.gates[g].name;
    return html`
      ${this.waits()} ${this.place(entry)} ${cell.gates.length > 1 ? this.choice(cell, chosen) : nothing}
      <ul class="equations" aria-label=${this.say('equations', { cell: this.say('sentence', { text: cell.title }) })}>
        ${equations.map(
          ({ written, numbers, of }) => html`<li class=${of === chosen ? 'chosen' : ''}>
            <span class="written">${written}</span><span>${numbers}</span>
          </li>`,
        )}
      </ul>
      ${this.note()} ${summed ? nothing : this.weight(sums[g], entry)}
      <div class="parts">
        ${summed ? this.stateTable(summed, entry) : this.table(sums[g], entry)}
        <div>${summed ? this.kept(summed, entry) : this.curve(cell, sums[g])}</div>
      </div>
    `;
  }

  protected override willUpdate(): void {
    const model = this.connection.model;
    const tape = model?.state.tape;
    if (!model || !tape) {
      this.states = undefined;
      return this.entry.clear();
    }
    if (this.moving) return this.entry.suspend();
    const { words, revision } = model.state;
    const { step, unit } = model.cursor;
    // Staged: an answer on its way while a weight is dragged is let come, or the numbers would wait for the slider to rest.
    const { layer } = this;
    this.entry.ask([tape, revision, step, unit, layer], async function* (this: RnnEntry) {
      yield await held(tape, () => this.fetch(tape, revision, words, step, unit));
    }.bind(this));
  }

  private async fetch(tape: Tape, revision: number, words: readonly string[], step: number, cursorUnit: number): Promise<Entry> {
    const { parameters } = tape;
    const { shape } = tape.model;
    const layer = this.layer ?? lastCell(shape)?.index ?? shape.layers.length - 1;
    const { cell, units, own } = unitsOf(shape, layer);
    const unit = Math.min(cursorUnit, units - 1);
    const known = this.states;
    if (known?.tape !== tape || known.revision !== revision || known.layer !== layer) {
      this.states = { tape, revision, layer, values: Promise.all(own.map((name) => tape.signal(name, { layer }).read())) };
    }
    const reading = await readCell(tape, { cell, units, layer, own }, await this.states!.values, step, unit);
    return { ...reading, shape, layer, parameters, word: words[step], steps: words.length };
  }

  private gateIndex({ gates }: Cell): number {
    return Math.max(0, gates.findIndex(({ name }) => name === this.gate));
  }

  private place({ word, step, steps, unit, units, shape, layer }: Entry): TemplateResult {
    const { say } = this;
    const place = placeInStack(shape, layer);
    const told = { word: html`<bdi>${word}</bdi>`, step: step + 1, steps };
    const pick = (event: Event) => this.connection.model?.moveCursor({ unit: (event.target as HTMLSelectElement).selectedIndex });
    return html`<div class="place">
      <span>${place ? this.sayMarked('afterInLayer', { ...told, layer: say('sentence', { text: place }) }) : this.sayMarked('after', told)}</span>
      <label>
        ${say('unit')}
        <select @change=${pick}>
          ${Array.from({ length: units }, (_, i) => html`<option value=${i + 1} .selected=${i === unit}>${i + 1}</option>`)}
        </select>
      </label>
    </div>`;
  }

  private choice(cell: Cell, chosen: string): TemplateResult {
    const apart = summedStates(cell);
    const states = cell.states.filter(({ name }) => apart.includes(name));
    return html`<fieldset>
      <legend>${this.say('takenApart')}</legend>
      ${[...cell.gates, ...states].map(
        ({ name, role }) => html`<label title=${this.say('sentence', { text: role })}>
          <input type="radio" name="gate" value=${name} .checked=${name === chosen} @change=${() => this.choose(name)} />${this.say('gate', { name, role: this.say('sentence', { text: role.split(':')[0] }) })}
        </label>`,
      )}
    </fieldset>`;
  }

  private stateTable(name: string, { cell, numbers }: Entry): TemplateResult {
    const { say } = this;
    const summands = stateSummands(cell, name, numbers).toSorted((one, other) => Math.abs(other.value) - Math.abs(one.value));
    const total = numbers.after[name];
    const largest = Math.max(...summands.map(({ value }) => Math.abs(value)), Math.abs(total), 1e-30);
    const row = (label: string, value: number, product: string | typeof nothing, kind = '') => this.row(label, value, largest, product, kind);
    return html`<table>
      <caption>${summands.length === 1 ? say('productOf', { name }) : say('termsOf', { name, count: summands.length })}</caption>
      <tbody>
        ${summands.map(({ written, factors, value }) => row(written.replaceAll('⊙', '·'), value, factors.map(bracketed).join(' · ')))}
      </tbody>
      <tbody>
        ${row(say(summands.length === 1 ? 'product' : 'stateSum', { name }), total, nothing, 'total')}
      </tbody>
    </table>`;
  }

  /** What of the old state goes straight into the new one. */
  private kept(name: string, { cell, numbers }: Entry): TemplateResult | typeof nothing {
    const { say } = this;
    const old = stateSummands(cell, name, numbers).find(({ written }) => written.split(' ⊙ ').includes(name));
    if (!old) return html`<p class="slope">${say('shownOnly')}</p>`;
    const [share] = old.factors.length === 1 ? [1] : old.factors;
    const gate = old.factors.length === 1 ? say('untouched') : say('share', { gate: cell.keeps!, share: decimal(share) });
    return html`<p class="slope">
      ${this.sayMarked('kept', { name, old: decimal(numbers.before[name]), how: gate, share: html`<b>${decimal(share)}</b>` })}
    </p>`;
  }

  /** Weights that had to go, in words. The element is always there, so that a screen reader hears what comes into it. */
  private note(): TemplateResult {
    const note = this.say('sentence', { text: this.connection.model?.editsNote ?? '' });
    return html`<p class=${note ? 'note' : ''} role="status">${note}</p>`;
  }

  private weight(sum: Addends, { shape, parameters, steps }: Entry): TemplateResult | typeof nothing {
    const { model } = this.connection;
    const place = placeOfWeight(this.chosenTerm(sum), sum, shape, parameters);
    if (!model || !place) return nothing;
    const layer = recurrentLayer(shape, sum.place.layer, 'a gate’s weights are those of a cell');
    const { start: starts } = model.state;
    const startOf = ({ parameter, index }: Omit<WeightEdit, 'value'>) => starts?.[parameter]?.data[index] ?? parameters.get(parameter)!.data[index];
    const edit = model.edits.find((known) => samePlace(known, place));
    const start = startOf(place);
    const trained = model.training.updates > 0;
    const known = model.edits.filter(({ parameter }) => parameters.has(parameter));
    const chosen: ChosenWeight = {
      name: weightName(place, layer),
      value: trained ? parameters.get(place.parameter)!.data[place.index] : (edit?.value ?? start),
      start,
      edited: edit !== undefined,
      trained,
      typed: this.typed,
      steps,
      changed: known.map((one) => this.say('change', { weight: weightName(one, layer), from: decimal(startOf(one)), to: decimal(one.value) })),
    };
    const set = (value: number | undefined) => model.editWeight({ ...place, value });
    return weightControls(chosen, {
      set: (value) => {
        this.typed = undefined;
        set(value);
      },
      type: (text) => {
        this.typed = text;
        const value = typedWeight(text);
        if (value !== undefined) set(value);
      },
      endTyping: () => (this.typed = undefined),
      resetAll: () => {
        this.typed = undefined;
        model.resetWeights();
        this.renderRoot.querySelector<HTMLElement>('#weight')?.focus();
      },
    }, this.say);
  }

  /** The chosen one where this sum has it, else what the unit hands on to itself. */
  private chosenTerm({ terms, place: { unit } }: Addends): Term {
    const { chosen } = this;
    return (chosen && terms.find((term) => isSame(term, chosen))) ?? { of: 'h', index: unit };
  }

  private table(sum: Addends, { unit, cell, shape, parameters }: Entry): TemplateResult {
    const { say } = this;
    const { terms, preActivation, scale } = sum;
    const chosen = this.chosenTerm(sum);
    const edits = this.connection.model?.edits ?? [];
    const isShown = (term: Addend, rank: number) => this.all || rank < SHOWN || isSame(term, chosen);
    const shown = terms.filter(isShown);
    const rest = terms.filter((term, rank) => !isShown(term, rank));
    const sumOf = (some: readonly Addend[]) => some.reduce((total, { term }) => total + term, 0);
    const from = (...sources: Addend['of'][]) => sumOf(terms.filter(({ of }) => sources.includes(of)));
    const groups: [string, number][] = [
      [say('ofInput'), from('x')],
      [say(scale === 1 ? 'ofState' : 'ofResetState'), from('h')],
      ...(terms.some(({ of }) => of === 'c') ? [[say('ofPeephole'), from('c')] as [string, number]] : []),
      [say('ofBiases'), from('b_ih', 'b_hh')],
    ];
    const largest = Math.max(...terms.map(({ term }) => Math.abs(term)), ...groups.map(([, value]) => Math.abs(value)), Math.abs(preActivation), Math.abs(sumOf(rest)), 1e-30);
    const row = (label: string | TemplateResult, value: number, product: string | typeof nothing = nothing, kind = '') => this.row(label, value, largest, product, kind);
    const letter = cell.gates.length > 1 ? 'r' : '';
    return html`<div>
      <table>
        <caption>${say('terms', { count: terms.length })}</caption>
        <tbody>
          ${shown.map((addend) => {
            const place = placeOfWeight(addend, sum, shape, parameters);
            const [label, value, product] = labelled(addend, unit, scale === 1 ? '' : letter);
            const choose = () => ([this.chosen, this.typed] = [{ of: addend.of, index: addend.index }, undefined]);
            const button = html`<button type="button" class="term" aria-pressed=${String(isSame(addend, chosen))} @click=${choose}>${label}</button>`;
            return row(place ? button : label, value, product, place && edits.some((edit) => samePlace(edit, place)) ? 'edited' : '');
          })}
          ${rest.length ? row(rest.length === 1 ? say('otherTerm') : say('otherTerms', { count: rest.length }), sumOf(rest)) : nothing}
        </tbody>
        <tbody>
          ${groups.map(([label, value]) => row(label, value))} ${row(say('sum'), preActivation, nothing, 'total')}
        </tbody>
      </table>
      ${terms.length > SHOWN
        ? html`<button class="more" type="button" aria-expanded=${this.all} @click=${() => (this.all = !this.all)}>
            ${this.all ? say('largestOnly') : say('allTerms', { count: terms.length })}
          </button>`
        : nothing}
    </div>`;
  }

  private row(label: string | TemplateResult, value: number, largest: number, product: string | typeof nothing, kind: string): TemplateResult {
    return html`<tr class=${kind}>
      <th scope="row">${label}</th>
      <td class="product">${product}</td>
      <td class="bar">${this.bar(value / largest)}</td>
      <td class="number">${signedDecimal(value)}</td>
    </tr>`;
  }

  private bar(share: number): TemplateResult {
    const reach = share * 50;
    return html`<svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
      ${svg`<rect x=${Math.min(50, 50 + reach)} y="1" width=${Math.abs(reach)} height="8" fill=${this.scale.diverging(share < 0 ? -0.55 : 0.55)}></rect>
      <path class="axis" d="M50 0V10" vector-effect="non-scaling-stroke"></path>`}
    </svg>`;
  }

  private curve(cell: Cell, { preActivation: a, place }: Addends): TemplateResult {
    const { say } = this;
    const gate = cell.gates.find(({ name }) => name === place.gate)!;
    const curve = curveOf(cell, gate);
    const output = gate.activation === 'identity' ? cell.states[0].name : gate.name;
    const value = curve.value(a);
    const slope = curve.slope(a);
    return html`
      <svg class="curve" viewBox="0 0 320 210" role="img" aria-label=${say('curve', { curve: curve.name || say('theSum'), at: decimal(a), value: decimal(value), slope: decimal(slope) })}>
        ${curvePicture(curve, a)}
      </svg>
      <p class="slope">
        ${this.sayMarked('slope', {
          of: curve.name.includes('·') ? curve.name.replace('·', decimal(a)) : `${curve.name}(${decimal(a)})`,
          value: html`<b>${decimal(value)}</b>`,
          rule: curve.slopeRule(output),
          slope: html`<b>${decimal(slope)}</b>`,
        })}
      </p>
    `;
  }

  private choose(gate: string): void {
    this.gate = gate;
    this.dispatchEvent(new GateChangeEvent({ gate }));
  }
}

/** The cell of a layer, with how many units it has and which states are one number a unit. Throws, in words, for a layer without a cell. */
function unitsOf(shape: ModelShape, index: number): { readonly cell: Cell; readonly units: number; readonly own: readonly string[] } {
  const layer = shape.layers[index];
  if (!layer) throw new Error(`layer: ${index} given; this network has layers 0 to ${shape.layers.length - 1}.`);
  if (!isRecurrent(layer)) throw new Error(`${layerTitle(layer)} has no cell whose sums W·x + U·h + b could be taken apart. ${insteadOfGates(layer)}`);
  const { cell, hidden: units, width } = layer;
  const [h] = cell.states.map(({ name }) => name);
  if (width === units) return { cell, units, own: cell.states.map(({ name }) => name) };
  return { cell: { ...cell, equations: cell.equations.filter((line) => !line.startsWith(`${h}' = `)) }, units, own: cell.states.map(({ name }) => name).filter((name) => name !== h) };
}

function isSame(one: Term, other: Term): boolean {
  return one.of === other.of && one.index === other.index;
}

/** A term's label, value and product, as a row takes them. Indices count from 1. */
function labelled({ of, index, weight, factor, term }: Addend, unit: number, reset: string): [label: string, value: number, product: string] {
  const row = unit + 1;
  const scaled = reset && (of === 'h' || of === 'b_hh') ? `${reset} · ` : '';
  if (index === undefined) return [`${scaled}${of}[${row}]`, term, scaled ? `${reset} · ${decimal(weight)}` : ''];
  if (of === 'c') return [`p[${row}] · c[${row}]`, term, `${decimal(weight)} · ${bracketed(factor)}`];
  const matrix = of === 'x' ? 'W' : 'U';
  return [`${scaled}${matrix}[${row},${index + 1}] · ${of}[${index + 1}]`, term, `${scaled}${decimal(weight)} · ${bracketed(factor)}`];
}

declare global {
  interface HTMLElementTagNameMap {
    'rnn-entry': RnnEntry;
  }
  interface HTMLElementEventMap {
    'gate-change': GateChangeEvent;
  }
}
