import { css, html, type TemplateResult } from 'lit';
import { prove, type Proof, type SignalProof, type Tape } from '../engine';
import { Latest } from './latest';
import { ModelFigure } from './model_figure';
import { decimal } from './signed_number';

/** Typing changes the tape at every letter; the proof waits this many milliseconds for it to settle. */
const PAUSE = 250;

/**
 * The badge of a model's numbers: which device computed them, and how far every step is from the same step taken in
 * float64, against the stated bound. Opens to one line a signal. Red when anything is above its bound.
 *
 * @csspart badge - The line that is always seen.
 * @csspart table - What it opens to.
 * @cssproperty [--rnn-good] - Colour of the mark of a proof that holds.
 * @cssproperty [--rnn-bad] - Colour of one that does not.
 */
export class RnnProof extends ModelFigure {
  static override styles = [
    ModelFigure.styles,
    css`
      :host {
        --good: var(--rnn-good, light-dark(#1c6b3a, #7fd3a0));
        --bad: var(--rnn-bad, light-dark(#a8261c, #ff9d8f));
        position: relative;
      }
      summary {
        cursor: pointer;
        inline-size: fit-content;
        max-inline-size: 100%;
        list-style-position: outside;
        margin-inline-start: 1.1em;
      }
      .mark {
        color: var(--good);
        font-weight: 700;
      }
      .broken summary,
      .broken .mark,
      .above {
        color: var(--bad);
        font-weight: 700;
      }
      .waiting {
        margin: 0;
        color: var(--quiet);
      }
      .panel {
        position: absolute;
        inset-inline-start: 0;
        z-index: 3;
        box-sizing: border-box;
        inline-size: max-content;
        max-inline-size: min(44rem, calc(100vw - 2rem));
        max-block-size: 70vh;
        overflow: auto;
        margin-block-start: 0.4rem;
        padding: 0.75rem 1rem;
        color: var(--ink, CanvasText);
        background: var(--page, Canvas);
        border: 1px solid var(--line);
        border-radius: 0.5rem;
        box-shadow: 0 4px 24px rgb(0 0 0 / 25%);
      }
      .panel p {
        margin: 0 0 0.6rem;
      }
      table {
        border-collapse: collapse;
      }
      th,
      td {
        padding: 0.15rem 0.9rem 0.15rem 0;
        text-align: start;
        white-space: nowrap;
      }
      th {
        font-weight: 600;
      }
      @media (pointer: coarse) {
        summary {
          padding-block: 0.6rem;
        }
      }
    `,
  ];

  private readonly proof = new Latest<Proof>(this);

  override render(): TemplateResult {
    const { obstacle } = this;
    if (obstacle) return html`<p class="waiting" part="badge">${obstacle}</p>`;
    if (this.moving) return html`<p class="waiting" part="badge">The network is being trained; its numbers are checked against float64 when it pauses.</p>`;
    const { value: proof, failure, pending } = this.proof;
    if (failure) return html`<p class="waiting" part="badge">The numbers could not be checked: ${failure}</p>`;
    if (!proof || pending) return html`<p class="waiting" part="badge">Checking every step against float64…</p>`;
    return html`
      <details class=${proof.holds ? '' : 'broken'}>
        <summary part="badge"><span class="mark">${proof.holds ? '✓' : '✗'}</span> ${badge(proof, this.connection.model!.state.tape!)}</summary>
        <div class="panel" part="table" tabindex="0" role="group" aria-label="The proof, signal by signal">
          <p>${meaning(proof)}</p>
          <table>
            <thead>
              <tr><th scope="col">Signal</th><th scope="col">Largest difference</th><th scope="col">Bound</th><th scope="col">Where</th><th scope="col">Verdict</th></tr>
            </thead>
            <tbody>
              ${proof.signals.map(line)}
            </tbody>
          </table>
        </div>
      </details>
    `;
  }

  protected override willUpdate(): void {
    const tape = this.connection.model?.state.tape;
    if (!tape) return this.proof.clear();
    if (this.moving) return this.proof.suspend();
    this.proof.ask([tape, this.connection.model!.state.revision], async (abort) => {
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
      abort.throwIfAborted();
      return prove(tape, { abort });
    });
  }
}

function badge({ arithmetic, checked, steps, signals, holds }: Proof, { engine }: Tape): string {
  const which = checked === steps ? 'every step' : `${checked} of ${steps} steps`;
  if (arithmetic === 'float64') return `CPU, float64: ${which} taken twice ${holds ? 'gives the same numbers' : 'gives different numbers'}`;
  const worst = worstOf(signals);
  const name = engine.adapter ? `GPU (${engine.adapter.name}${engine.adapter.software ? ', software' : ''})` : 'GPU';
  return `${name}: ${which} checked against float64: largest difference ${scientific(worst.difference)} in ${worst.name}, bound ${scientific(worst.bound)}`;
}

/** The signal with the largest difference; if any is above its bound, the one furthest above. */
function worstOf(signals: readonly SignalProof[]): SignalProof {
  const above = signals.filter(({ holds }) => !holds);
  if (above.length) return above.reduce((most, signal) => (signal.difference / signal.bound > most.difference / most.bound ? signal : most));
  return signals.reduce((most, signal) => (signal.difference > most.difference ? signal : most));
}

function meaning({ engine, arithmetic, holds }: Proof): string {
  if (arithmetic === 'float64') {
    return `${engine}. The CPU computes in float64, the reference that a GPU is held against, so all there is to check is that it repeats itself.`;
  }
  const rule = 'Each step was taken again in float64 from the state that the GPU itself had before it. The bound is what rounding in float32 can add up to; a wrong sign would be thousands of times above it.';
  return `${engine}. ${rule}${holds ? '' : ' Something on this device computes wrongly: do not trust the figures.'}`;
}

function line({ name, layer, direction, difference, bound, at, holds }: SignalProof): TemplateResult {
  const place = `${layer > 0 ? `, layer ${layer + 1}` : ''}${direction === 'reverse' ? ', reverse' : ''}`;
  return html`<tr class=${holds ? '' : 'above'}>
    <th scope="row">${name}${place}</th>
    <td>${scientific(difference)}</td>
    <td>${scientific(bound)}</td>
    <td>${difference === 0 ? '–' : `step ${at.step + 1}, unit ${at.unit + 1}`}</td>
    <td>${holds ? 'holds' : 'above its bound'}</td>
  </tr>`;
}

function scientific(value: number): string {
  return value === 0 || !Number.isFinite(value) ? decimal(value) : value.toExponential(1).replace('e-', 'e−').replace('e+', 'e');
}

declare global {
  interface HTMLElementTagNameMap {
    'rnn-proof': RnnProof;
  }
}
