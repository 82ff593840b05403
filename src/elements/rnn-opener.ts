import { css, html, nothing, type TemplateResult } from 'lit';
import { state } from 'lit/decorators.js';
import { blockNamed, cellNamed, type LayerSpec, type OpenedModel } from '../engine';
import { ModelFigure } from './model_figure';
import type { RnnModel } from './rnn-model';
import { decimal } from './signed_number';
import { readingNote } from './training_words';

/** The reader goes back from a file to the network that the page describes. */
export class FileCloseEvent extends Event {
  /** Whether it was the reader's, and not one that the page had opened. */
  readonly own: boolean;

  constructor({ own }: { own: boolean }) {
    super('file-close', { bubbles: true, composed: true });
    this.own = own;
  }
}

/**
 * Opens a trained network from a safetensors file for an `<rnn-model>`: chosen, or dropped here. Says what of the file was
 * found and what was not used, or why it could not be opened; the network before stays then. Where a file does not say what
 * its tokens stand for, or holds several networks, it asks.
 *
 * @fires {FileCloseEvent} file-close - The reader goes back from the file to the network before.
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
      .drop span {
        flex: 1 1 20rem;
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
      .asked {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        align-items: end;
        gap: 0.35rem 0.75rem;
        margin-block-start: 0.75rem;
      }
      .asked :is(label, small) {
        grid-column: 1 / -1;
      }
      :is(textarea, select) {
        box-sizing: border-box;
        min-block-size: 2.75rem;
        inline-size: 100%;
        padding: 0.3rem 0.5rem;
        font: inherit;
        color: inherit;
        background: transparent;
        border: 1px solid color-mix(in srgb, currentColor 45%, transparent);
        border-radius: 0.4rem;
      }
      textarea {
        font-family: ui-monospace, monospace;
        resize: vertical;
      }
      option {
        color: CanvasText;
        background: Canvas;
      }
      small {
        font-size: 0.9em;
        color: var(--quiet);
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
      @media (pointer: coarse) {
        summary {
          padding-block: 0.8rem;
        }
      }
    `,
  ];

  @state() private over = false;

  override render(): TemplateResult {
    const { model, problem } = this.connection;
    if (!model) return this.notice(problem || 'There is no model to open a file for: give for="id" of an <rnn-model>.');
    const { status, name, message, progress, opened, own } = model.opening;
    const reads = model.state.status === 'ready' ? readingNote(model.state) : '';
    return html`
      <div part="drop" class=${this.over ? 'drop over' : 'drop'} @dragover=${this.dragged} @dragleave=${this.left} @drop=${this.dropped}>
        <button part="button" type="button" @click=${this.choose}>Open a file…</button>
        <input type="file" accept=".safetensors" aria-label="A safetensors file" @change=${this.chosen} />
        <span>or drop a .safetensors file here: an nn.RNN, nn.LSTM or nn.GRU with PyTorch’s names, or one that was saved on this page.</span>
        ${status === 'loading' ? html`<progress aria-label="Loading ${name}" max="1" value=${progress ?? nothing}></progress>` : nothing}
        ${opened ? html`<button part="button" type="button" @click=${() => this.close(model)}>${own ? 'Close the file' : 'Back to the untrained network'}</button>` : nothing}
      </div>
      <div role="status">
        ${status === 'failed' ? html`<p class="bad">${message}${opened ? '\nWhat was open before still is.' : ''}</p>` : nothing}
        ${status === 'open' ? html`<p>${name} is open: ${inWords(opened!)}</p>` : nothing}
        ${opened && reads ? html`<p>${reads}</p>` : nothing}
      </div>
      ${opened ? [this.tokens(model, opened), this.modules(model, opened), this.found(opened)] : nothing}
    `;
  }

  /** Asked where nobody has said yet. */
  private tokens(model: RnnModel, { spec: { input }, vocabulary }: OpenedModel): TemplateResult | typeof nothing {
    if (vocabulary || !('size' in input || typeof input.vocab === 'number')) return nothing;
    const label = 'size' in input ? `If the ${input.size} numbers it reads stand one-hot for tokens: what they are` : `What its ${String(input.vocab)} tokens stand for`;
    const take = () => (model.vocabulary = this.renderRoot.querySelector('textarea')!.value);
    return html`<div class="asked">
      <label for="tokens">${label}</label>
      <textarea id="tokens" rows="2" spellcheck="false" aria-describedby="tokens-forms" .value=${typeof model.vocabulary === 'string' ? model.vocabulary : ''}></textarea>
      <button part="button" type="button" @click=${take}>Use</button>
      <small id="tokens-forms">An alphabet, in order and with nothing between; or words between spaces, or one a line; or JSON.</small>
    </div>`;
  }

  private modules(model: RnnModel, { modules }: OpenedModel): TemplateResult | typeof nothing {
    if (modules.length < 2) return nothing;
    const take = (event: Event) => (model.pick = (event.target as HTMLSelectElement).value);
    return html`<div class="asked">
      <label for="modules">The file holds ${modules.length} networks</label>
      <select id="modules" @change=${take}>
        <option value="" .selected=${model.pick === ''}>as they follow one another</option>
        ${modules.map((name) => html`<option value=${name} .selected=${name === model.pick}>${name || 'the one without a prefix'} alone</option>`)}
      </select>
    </div>`;
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

  private close(model: RnnModel): void {
    this.dispatchEvent(new FileCloseEvent({ own: model.opening.own }));
    model.closeFile();
  }

  private open(file: File | undefined): void {
    if (file) void this.connection.model?.openFile(file);
  }
}

/** `LSTM of 32 units, which reads 59 words, 10,427 numbers.` */
function inWords({ spec, weights, vocabulary }: OpenedModel): string {
  const words = 'embedding' in spec.input ? spec.input.vocab : undefined;
  const count = typeof words === 'object' ? words.length : (words ?? vocabulary?.length);
  const numbers = Object.values(weights).reduce((sum, { data }) => sum + data.length, 0);
  const networks = spec.seeds && spec.seeds.length > 1 ? `, ${spec.seeds.length} networks side by side` : '';
  return `${spec.layers.map(layerInWords).join(', then ')}${networks}${count ? `, which reads ${count} words or characters` : ''}, ${numbers < 1e6 ? numbers.toLocaleString('en') : `${decimal(numbers / 1e6, 1)} million`} numbers.`;
}

function layerInWords(layer: LayerSpec): string {
  if (layer.cell === undefined) return blockNamed(layer.block).title;
  return `${cellNamed(layer.cell).title} of ${layer.hidden} ${layer.hidden === 1 ? 'unit' : 'units'}${layer.bidirectional ? ' in both directions' : ''}`;
}

declare global {
  interface HTMLElementTagNameMap {
    'rnn-opener': RnnOpener;
  }
  interface GlobalEventHandlersEventMap {
    'file-close': FileCloseEvent;
  }
}
