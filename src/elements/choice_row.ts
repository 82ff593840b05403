/** What a reader can choose of a figure, in a row above it: one of a few by radio buttons, a number in a field. */
import { css, html, nothing, type TemplateResult } from 'lit';

export interface Choice {
  readonly label: string;
  readonly chosen: boolean;
  choose(): void;
}

/** @param legend - what is chosen; in small letters also the name of the radio buttons */
export function oneOf(legend: string, choices: readonly Choice[]): TemplateResult {
  return html`<fieldset>
    <legend>${legend}</legend>
    ${choices.map(({ label, chosen, choose }) => html`<label><input type="radio" name=${legend.toLowerCase()} .checked=${chosen} @change=${choose} />${label}</label>`)}
  </fieldset>`;
}

/** Which of several layers is shown; nothing where there is just one. Layers count from 0, for readers from 1. */
export function layerChoice(layers: readonly number[], shown: number, choose: (layer: number) => void): TemplateResult | typeof nothing {
  if (layers.length < 2) return nothing;
  return oneOf('Layer', layers.map((layer) => ({ label: String(layer + 1), chosen: layer === shown, choose: () => choose(layer) })));
}

/** Of `.choices` and what stands in it. */
export const choiceStyles = css`
  .choices {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0 2rem;
    margin-block-end: 0.5rem;
  }
  .choices fieldset {
    display: flex;
    flex-wrap: wrap;
    gap: 0 1.1rem;
    min-inline-size: 0;
    margin: 0;
    padding: 0;
    border: 0;
  }
  .choices legend {
    float: inline-start;
    margin-inline-end: 0.6rem;
    padding-block: 0.45rem;
    color: var(--quiet);
  }
  .choices label {
    display: inline-flex;
    align-items: center;
    gap: 0.4rem;
    min-block-size: 2.25rem;
  }
  .choices input {
    accent-color: var(--accent);
  }
  .choices input[type='radio'] {
    inline-size: 1rem;
    block-size: 1rem;
    margin: 0;
  }
  .choices input[type='number'] {
    inline-size: 4.5rem;
    min-block-size: 2rem;
    padding-inline: 0.4rem;
    font: inherit;
    color: inherit;
    background: Canvas;
    border: 1px solid var(--line);
    border-radius: 0.4rem;
  }
  @media (pointer: coarse) {
    .choices :is(label, input[type='number']) {
      min-inline-size: 2.75rem;
      min-block-size: 2.75rem;
    }
  }
`;
