/** Sliders, choices and the tanh switch of a gradient experiment. */
import { css, html, nothing, type TemplateResult } from 'lit';
import type { FlowPhrases } from './flow_phrases';
import type { Say } from './wording';
import { driveMatters } from './flow_experiment';
import { FLOW_RANGES, LONGEST_DISTANCE, type FlowSettings } from './flow_settings';

export const controlStyles = css`
  .controls {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(min(100%, 15rem), 1fr));
    gap: 0.75rem 1.75rem;
    margin: 0 0 1rem;
    padding: 0;
    border: 0;
    min-inline-size: 0;
  }
  .controls legend {
    position: absolute;
    inline-size: 1px;
    block-size: 1px;
    overflow: hidden;
    clip-path: inset(50%);
  }
  .slider {
    display: grid;
    grid-template-columns: 1fr auto;
    align-items: baseline;
    align-content: start;
    font-size: 0.9em;
  }
  .slider input {
    grid-column: 1 / -1;
    inline-size: 100%;
    margin: 0.2rem 0 0;
    min-block-size: 1.75rem;
    accent-color: var(--accent);
    cursor: pointer;
  }
  .slider output {
    font-weight: 700;
  }
  .slider small {
    grid-column: 1 / -1;
    color: var(--quiet);
  }
  .choices {
    grid-column: 1 / -1;
    display: flex;
    flex-wrap: wrap;
    gap: 0.5rem 1.25rem;
    align-items: center;
    font-size: 0.9em;
  }
  .choices label,
  .together {
    display: inline-flex;
    align-items: center;
    gap: 0.45rem;
    min-block-size: 2.25rem;
  }
  .choices input[type='checkbox'] {
    inline-size: 1.15rem;
    block-size: 1.15rem;
    margin: 0;
    accent-color: var(--accent);
  }
  .choices select,
  .choices input[type='number'] {
    font: inherit;
    color: inherit;
    min-block-size: 2.25rem;
    padding-inline: 0.4rem;
    background: transparent;
    border: 1px solid color-mix(in srgb, currentColor 45%, transparent);
    border-radius: 0.4rem;
  }
  .choices input[type='number'] {
    inline-size: 5.5rem;
  }
  .choices input[aria-invalid] {
    border: 2px solid light-dark(#a8261c, #ff9d8f);
  }
  .choices option {
    color: CanvasText;
    background: Canvas;
  }
  @media (pointer: coarse) {
    .slider input,
    .choices label,
    .choices select,
    .choices input[type='number'] {
      min-block-size: 2.75rem;
    }
    .choices input[type='checkbox'] {
      inline-size: 1.5rem;
      block-size: 1.5rem;
    }
  }
`;

type Change = (settings: Partial<FlowSettings>) => void;

/** `clip` is the threshold, 0 for no clipping. */
export function flowControls(settings: FlowSettings, change: Change, clip: number, changeClip: (clip: number) => void, say: Say<FlowPhrases>): TemplateResult {
  const { cell, matrix, gain, drive, bias, units, seed, distance } = settings;
  const gated = cell === 'lstm' || cell === 'gru';
  const slider = (name: 'gain' | 'drive' | 'distance', label: string, given: number, range: { least: number; most: number; step: number }, hint = '') => html`<label class="slider">
    <span>${label}</span><output aria-hidden="true">${given}</output>
    <input
      type="range"
      name=${name}
      aria-label=${label}
      min=${range.least}
      max=${range.most}
      step=${range.step}
      .value=${String(given)}
      @input=${(event: Event) => change({ [name]: (event.target as HTMLInputElement).valueAsNumber })}
    />
    ${hint ? html`<small>${hint}</small>` : nothing}
  </label>`;
  const select = <Value extends string | number>(label: string, given: Value, options: readonly (readonly [Value, string])[], pick: (value: Value) => void) => {
    const offered = withGiven(options, given);
    return html`<label>
      ${label}
      <select @change=${(event: Event) => pick(offered[(event.target as HTMLSelectElement).selectedIndex][0])}>
        ${offered.map(([value, text]) => html`<option .selected=${value === given}>${text}</option>`)}
      </select>
    </label>`;
  };
  return html`<fieldset class="controls" part="controls">
    <legend>${say('experiment')}</legend>
    ${slider('gain', say('gain'), gain, { least: 0.5, most: 3, step: 0.05 })}
    ${slider('drive', say('drive'), drive, { least: 0, most: 1, step: 0.05 }, driveMatters(settings) ? '' : say('driveHasNoEffect'))}
    ${slider('distance', say('stepsShown'), distance, { least: 10, most: LONGEST_DISTANCE, step: 10 })}
    <div class="choices">
      ${select(say('cell'), gated ? cell : 'rnn', (['rnn', 'lstm', 'gru'] as const).map((name) => [name, say(name)] as const), (picked) => change({ cell: picked as FlowSettings['cell'] }))}
      ${gated
        ? select(say('biasOf', { gate: cell === 'lstm' ? 'f' : 'z' }), bias, [0, 1, 3, 5].map((value) => [value, String(value)] as const), (picked) => change({ bias: picked }))
        : html`<label>
            <input type="checkbox" name="tanh" .checked=${cell === 'rnn'} @change=${(event: Event) => change({ cell: (event.target as HTMLInputElement).checked ? 'rnn' : 'rnn_linear' })} />
            ${say('tanh')}
          </label>`}
      ${select(say('matrix'), matrix, (['orthogonal', 'gaussian'] as const).map((name) => [name, say(name)] as const), (picked) => change({ matrix: picked as FlowSettings['matrix'] }))}
      ${select(say('units'), units, [16, 32, 64].map((value) => [value, String(value)] as const), (picked) => change({ units: picked }))}
      <label>
        ${say('seed')}
        <input
          type="number"
          name="seed"
          min=${FLOW_RANGES.seed.least}
          max=${FLOW_RANGES.seed.most}
          step="1"
          inputmode="numeric"
          .value=${String(seed)}
          @input=${({ target }: Event) => {
            const field = target as HTMLInputElement;
            const fits = field.value !== '' && field.validity.valid;
            field.toggleAttribute('aria-invalid', false);
            if (fits) change({ seed: field.valueAsNumber });
            else field.setAttribute('aria-invalid', 'true');
          }}
        />
      </label>
      <span class="together">
        <label>
          <input type="checkbox" name="clip" .checked=${clip > 0} @change=${(event: Event) => changeClip((event.target as HTMLInputElement).checked ? 1 : 0)} />
          ${say('clip')}
        </label>
        ${clip > 0 ? select(say('atLength'), clip, [0.25, 1, 5].map((value) => [value, String(value)] as const), changeClip) : nothing}
      </span>
    </div>
  </fieldset>`;
}

/** What an attribute chose need not be among the offers. */
function withGiven<Value extends string | number>(options: readonly (readonly [Value, string])[], given: Value): readonly (readonly [Value, string])[] {
  return options.some(([value]) => value === given) ? options : [...options, [given, String(given)]];
}
