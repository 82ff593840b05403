/** The slider of one weight in `<rnn-entry>`: its field, its way back to the start, and what else is changed by hand. */
import { css, html, nothing, type TemplateResult } from 'lit';
import { recurrentLayer, type Addend, type Addends, type ModelShape, type Parameters } from '../engine';
import { decimal } from './signed_number';
import { MOST_EDITS, WEIGHT_MOST, type WeightPlace } from './weight_edits';
import type { EntryPhrases } from './entry_phrases';
import type { Say } from './wording';

/** Which term of a sum, whatever the unit and the gate: W·x_3, U·h_5, a bias. */
export type Term = Pick<Addend, 'of' | 'index'>;

/** Where the weight of a term is kept; undefined for one that cannot be changed. */
export function placeOfWeight({ of, index }: Term, { place: { gate, layer, unit } }: Addends, shape: ModelShape, parameters: Parameters): WeightPlace | undefined {
  const { cell, hidden, inputs, width } = recurrentLayer(shape, layer, 'a gate’s weights are those of a cell');
  const line = cell.gates.findIndex(({ name }) => name === gate) * hidden + unit;
  const [kind, at] = {
    x: ['weight_ih', line * inputs + index!] as const,
    h: ['weight_hh', line * width + index!] as const,
    c: [`weight_peep_${gate}`, unit] as const,
    b_ih: ['bias_ih', line] as const,
    b_hh: ['bias_hh', line] as const,
  }[of];
  const parameter = `${kind}_l${layer}`;
  return parameters.has(parameter) ? { parameter, index: at } : undefined;
}

/** The weight that the slider moves. */
export interface ChosenWeight {
  readonly name: string;
  readonly value: number;
  /** What it is without the reader. */
  readonly start: number;
  readonly edited: boolean;
  /** Training has moved it: it is shown, and cannot be changed by hand. */
  readonly trained: boolean;
  /** What stands in the field while it is typed in. */
  readonly typed: string | undefined;
  readonly steps: number;
  /** Every weight changed by hand, in words. */
  readonly changed: readonly string[];
}

export interface WeightActions {
  /** Undefined gives the start back. */
  set(value: number | undefined): void;
  type(text: string): void;
  endTyping(): void;
  resetAll(): void;
}

/** Beyond the slider's ends there is the field. */
function reachOf({ value, start }: ChosenWeight): number {
  return Math.max(2, Math.ceil(Math.max(Math.abs(start), Math.abs(value))));
}

/** A number from the field, or undefined for what is none within the bounds. */
export function typedWeight(text: string): number | undefined {
  const value = Number(text);
  return text.trim() !== '' && Math.abs(value) <= WEIGHT_MOST ? rounded(value) : undefined;
}

/** Six decimals, which is what a link keeps. */
function rounded(value: number): number {
  return Number(value.toFixed(6));
}

export function weightControls(weight: ChosenWeight, actions: WeightActions, say: Say<EntryPhrases>): TemplateResult {
  const { name, value, start, edited, trained, typed, steps, changed } = weight;
  const reach = reachOf(weight);
  const full = !edited && changed.length >= MOST_EDITS;
  const wrong = typed !== undefined && typedWeight(typed) === undefined;
  return html`<div class="weight" role="group" aria-label=${say('changeWeight', { weight: name })}>
    <label for="weight"><b>${name}</b> ${edited || trained ? html`<span class="start">${say('startedAs', { value: decimal(start) })}</span>` : nothing}</label>
    <input
      id="weight"
      type="range"
      min=${-reach}
      max=${reach}
      step="0.01"
      .value=${String(value)}
      ?disabled=${full || trained}
      aria-label=${say('weight', { weight: name })}
      aria-valuetext=${decimal(value)}
      @input=${({ target }: Event) => actions.set(rounded((target as HTMLInputElement).valueAsNumber))}
    />
    <input
      type="number"
      min=${-WEIGHT_MOST}
      max=${WEIGHT_MOST}
      step="0.01"
      .value=${typed ?? String(Number(value.toFixed(4)))}
      ?disabled=${full || trained}
      aria-label=${say('valueOf', { weight: name })}
      aria-invalid=${wrong ? 'true' : nothing}
      aria-describedby="weight-note"
      @input=${({ target }: Event) => actions.type((target as HTMLInputElement).value)}
      @change=${() => actions.endTyping()}
      @blur=${() => actions.endTyping()}
    />
    <button type="button" aria-disabled=${String(!edited)} @click=${() => actions.set(undefined)} aria-label=${say('resetTo', { weight: name, value: decimal(start) })}>${say('reset')}</button>
    <p id="weight-note">
      ${wrong
        ? html`<strong>${say('noWeight', { most: WEIGHT_MOST, value: decimal(value) })}</strong>`
        : trained
          ? say('trained')
          : full
          ? say('mostChanged', { count: MOST_EDITS })
          : steps === 1
            ? say('dragOnce')
            : say('drag', { steps })}
    </p>
    ${changed.length
      ? html`<p class="changed">${say('changed', { changes: changed.join(', ') })}</p>
          <button type="button" class="all" @click=${() => actions.resetAll()}>${changed.length === 1 ? say('resetOne') : say('resetAll', { count: changed.length })}</button>`
      : nothing}
  </div>`;
}

export const weightStyles = css`
  .weight {
    display: grid;
    grid-template-columns: minmax(0, 1fr) 6rem auto;
    align-items: center;
    gap: 0.15rem 0.75rem;
    margin-block-end: 1.25rem;
    padding: 0.6rem 0.75rem 0.7rem;
    border: 1px solid var(--line);
    border-radius: 0.5rem;
  }
  .weight label,
  .weight p {
    grid-column: 1 / -1;
    margin: 0;
  }
  .weight p,
  .start {
    font-size: 0.9em;
    color: var(--quiet);
  }
  .weight p.changed {
    grid-column: 1 / 3;
    overflow-wrap: anywhere;
  }
  .start {
    margin-inline-start: 0.5rem;
  }
  .weight input[type='range'] {
    inline-size: 100%;
    min-block-size: 1.75rem;
    cursor: pointer;
    touch-action: pan-y;
  }
  .weight input[type='number'] {
    box-sizing: border-box;
    inline-size: 100%;
    block-size: auto;
    min-block-size: 2.25rem;
    padding-inline: 0.4rem;
    font: inherit;
    color: inherit;
    background: transparent;
    border: 1px solid color-mix(in srgb, currentColor 45%, transparent);
    border-radius: 0.4rem;
  }
  .weight input[aria-invalid] {
    border: 2px solid light-dark(#a8261c, #ff9d8f);
  }
  .weight input:disabled {
    cursor: default;
    opacity: 0.5;
  }
  .weight button[aria-disabled='true'] {
    opacity: 0.5;
    cursor: default;
  }
  .note {
    margin: 0 0 0.75rem;
  }
  th button.term {
    min-block-size: 1.6rem;
    padding: 0 0.35rem;
    margin-inline-start: -0.35rem;
    border-color: transparent;
    text-align: start;
  }
  th button.term:hover {
    border-color: color-mix(in srgb, currentColor 45%, transparent);
  }
  th button.term[aria-pressed='true'] {
    border-color: var(--accent);
    font-weight: 700;
  }
  @media (forced-colors: active) {
    th button.term[aria-pressed='true'] {
      forced-color-adjust: none;
      color: HighlightText;
      background: Highlight;
      border-color: Highlight;
    }
  }
  tr.edited button.term::after {
    content: ' ✎';
    color: var(--accent);
  }
  @media (pointer: coarse) {
    .weight input[type='range'],
    .weight input[type='number'],
    th button.term {
      min-block-size: 2.75rem;
    }
    th button.term {
      min-inline-size: 100%;
    }
  }
  @media (max-width: 48rem) {
    .weight {
      grid-template-columns: minmax(0, 1fr) auto;
    }
    .weight input[type='range'],
    .weight p.changed {
      grid-column: 1 / -1;
    }
  }
`;
