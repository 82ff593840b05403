import { css, html, nothing, type TemplateResult } from 'lit';
import { state } from 'lit/decorators.js';
import type { OpenedModel } from '../engine';
import { ModelFigure } from './model_figure';
import { decimal } from './signed_number';

/**
 * Opens a trained network from a safetensors file for an `<rnn-model>`: chosen, or dropped here. Says what of the file was
 * found and what was not used, or why it could not be opened; the network before stays then.
 *
 * @csspart button - Each button.
 * @csspart drop - Where a file can be dropped.
 * @csspart found - What of the file is in the network.
 */
export class RnnOpener extends ModelFigure {
  static override styles = [
    ModelFigure.styles,
    css`
      .drop {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.5rem 1rem;
        padding: 0.75rem 1rem;
        border: 1px dashed var(--line);
        border-radius: 0.4rem;
      }
      .drop.over {
        border-color: var(--accent);
        background: color-mix(in srgb, var(--accent) 10%, transparent);
      }
      button {
        min-block-size: 2.75rem;
        padding: 0.3rem 1.1rem;
        font: inherit;
        font-weight: 600;
        color: inherit;
        background: transparent;
        border: 1px solid color-mix(in srgb, currentColor 45%, transparent);
        border-radius: 0.4rem;
        cursor: pointer;
      }
      input {
        display: none;
      }
      p {
        margin: 0.5rem 0 0;
        overflow-wrap: anywhere;
        white-space: pre-line;
      }
      .bad {
        padding-inline-start: 0.75rem;
        border-inline-start: 3px solid light-dark(#a8261c, #ff9d8f);
      }
      summary {
        inline-size: fit-content;
        padding-block: 0.4rem;
        cursor: pointer;
      }
      .scroll {
        overflow-x: auto;
      }
      table {
        border-collapse: collapse;
        font-size: 0.9em;
      }
      th,
      td {
        padding: 0.15rem 1.25rem 0.15rem 0;
        text-align: start;
        white-space: nowrap;
      }
      progress {
        inline-size: 8rem;
      }
    `,
  ];

  @state() private over = false;

  override render(): TemplateResult {
    const { model, problem } = this.connection;
    if (!model) return this.notice(problem || 'There is no model to open a file for: give for="id" of an <rnn-model>.');
    const { status, name, message, progress, opened } = model.opening;
    return html`
      <div part="drop" class=${this.over ? 'drop over' : 'drop'} @dragover=${this.dragged} @dragleave=${this.left} @drop=${this.dropped}>
        <button part="button" type="button" @click=${this.choose}>Open a file…</button>
        <input type="file" accept=".safetensors" aria-label="A safetensors file" @change=${this.chosen} />
        <span>or drop a .safetensors file here: an nn.RNN, nn.LSTM or nn.GRU with PyTorch’s names.</span>
        ${status === 'loading' ? html`<progress aria-label="Loading ${name}" max="1" value=${progress ?? nothing}></progress>` : nothing}
        ${opened ? html`<button part="button" type="button" @click=${() => model.closeFile()}>Back to the untrained network</button>` : nothing}
      </div>
      <div role="status">
        ${status === 'failed' ? html`<p class="bad">${message}${opened ? '\nWhat was open before still is.' : ''}</p>` : nothing}
        ${status === 'open' ? html`<p>${name} is open: ${inWords(opened!)}</p>` : nothing}
      </div>
      ${opened ? this.found(opened) : nothing}
    `;
  }

  private found({ found, unused, notes }: OpenedModel): TemplateResult {
    return html`<details part="found">
      <summary>What of the file is in the network${unused.length ? `, and ${unused.length} that ${unused.length === 1 ? 'is' : 'are'} not` : ''}</summary>
      ${notes.map((note) => html`<p>${note}</p>`)}
      <div class="scroll" tabindex="0" role="group" aria-label="Tensors of the file">
        <table>
          <thead>
            <tr><th scope="col">Tensor</th><th scope="col">Shape</th><th scope="col">Is</th></tr>
          </thead>
          <tbody>
            ${found.map(({ tensor, shape, parameter }) => html`<tr><th scope="row">${tensor}</th><td>${shape.join(' × ')}</td><td>${parameter}</td></tr>`)}
            ${unused.map(({ tensor, shape }) => html`<tr><th scope="row">${tensor}</th><td>${shape.join(' × ')}</td><td>not used</td></tr>`)}
          </tbody>
        </table>
      </div>
    </details>`;
  }

  private readonly choose = (): void => this.renderRoot.querySelector('input')!.click();

  private readonly chosen = (event: Event): void => {
    const field = event.target as HTMLInputElement;
    this.open(field.files?.[0]);
    field.value = ''; // the same file again is a new wish
  };

  private readonly dragged = (event: DragEvent): void => {
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    this.over = true;
  };

  private readonly left = (): void => {
    this.over = false;
  };

  private readonly dropped = (event: DragEvent): void => {
    event.preventDefault();
    this.over = false;
    this.open(event.dataTransfer?.files[0]);
  };

  private open(file: File | undefined): void {
    if (file) void this.connection.model?.openFile(file);
  }
}

/** `an LSTM of 32 units that reads 59 words`. */
function inWords({ spec, weights, vocabulary }: OpenedModel): string {
  const [{ cell, hidden }] = spec.layers;
  const words = 'embedding' in spec.input ? spec.input.vocab : undefined;
  const count = typeof words === 'object' ? words.length : (words ?? vocabulary?.length);
  const numbers = Object.values(weights).reduce((sum, { data }) => sum + data.length, 0);
  const layers = spec.layers.length > 1 ? `${spec.layers.length} layers, the first ` : '';
  return `${layers}${cell} of ${hidden} units${count ? `, which reads ${count} words or characters` : ''}, ${numbers < 1e6 ? numbers.toLocaleString('en') : `${decimal(numbers / 1e6, 1)} million`} numbers.`;
}

declare global {
  interface HTMLElementTagNameMap {
    'rnn-opener': RnnOpener;
  }
}
