import { css, html, type TemplateResult } from 'lit';
import { prove, type Proof, type SignalProof, type Tape } from '../engine';
import { Latest } from './latest';
import { ModelFigure } from './model_figure';
import { proofPhrases, type ProofPhrases } from './proof_phrases';
import { decimal } from './signed_number';
import type { Say } from './wording';

type SayProof = Say<ProofPhrases>;

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
export class RnnProof extends ModelFigure<ProofPhrases> {
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

  protected override readonly phrases = proofPhrases;

  private readonly proof = new Latest<Proof>(this);

  /** Its badge names the device. */
  protected override get tellsAnyhow(): boolean {
    return true;
  }

  override render(): TemplateResult {
    const { obstacle, say } = this;
    if (obstacle) return html`<p class="waiting" part="badge">${this.instead(obstacle)}</p>`;
    if (this.moving) return html`<p class="waiting" part="badge">${say('moving')}</p>`;
    const { value: proof, failure, pending } = this.proof;
    if (failure) return html`<p class="waiting" part="badge">${this.instead(say('unchecked', { reason: say('sentence', { text: failure }) }), 'error')}</p>`;
    if (!proof || pending) return html`<p class="waiting" part="badge">${say('checking')}</p>`;
    return html`
      <details class=${proof.holds ? '' : 'broken'}>
        <summary part="badge"><span class="mark">${proof.holds ? '✓' : '✗'}</span> ${badge(proof, this.connection.model!.state.tape!, say)}</summary>
        <div class="panel" part="table" tabindex="0" role="group" aria-label=${say('table')}>
          <p>${meaning(proof, say)}</p>
          <table>
            <thead>
              <tr>${(['signal', 'largestDifference', 'bound', 'where', 'verdict'] as const).map((name) => html`<th scope="col">${say(name)}</th>`)}</tr>
            </thead>
            <tbody>
              ${proof.signals.map((signal) => line(signal, say))}
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

function badge({ arithmetic, checked, steps, signals, holds }: Proof, { engine: { adapter } }: Tape, say: SayProof): string {
  const which = checked === steps ? say('everyStep') : say('someSteps', { checked, steps });
  if (arithmetic === 'float64') return say(holds ? 'cpuHolds' : 'cpuBroken', { which });
  const worst = worstOf(signals);
  const device = adapter ? say(adapter.software ? 'softwareGpu' : 'namedGpu', { name: adapter.name }) : say('someGpu');
  return say('gpu', { device, which, difference: scientific(worst.difference), signal: worst.name, bound: scientific(worst.bound) });
}

/** The signal with the largest difference; if any is above its bound, the one furthest above. */
function worstOf(signals: readonly SignalProof[]): SignalProof {
  const above = signals.filter(({ holds }) => !holds);
  if (above.length) return above.reduce((most, signal) => (signal.difference / signal.bound > most.difference / most.bound ? signal : most));
  return signals.reduce((most, signal) => (signal.difference > most.difference ? signal : most));
}

function meaning({ engine, arithmetic, holds }: Proof, say: SayProof): string {
  const named = say('sentence', { text: engine });
  if (arithmetic === 'float64') return say('meaningOnCpu', { engine: named });
  return [say('meaningOnGpu', { engine: named }), holds ? '' : say('broken')].filter(Boolean).join(' ');
}

function line({ name, layer, direction, difference, bound, at, holds }: SignalProof, say: SayProof): TemplateResult {
  const ofLayer = layer > 0 ? say('inLayer', { signal: name, layer: layer + 1 }) : name;
  return html`<tr class=${holds ? '' : 'above'}>
    <th scope="row">${direction === 'reverse' ? say('inReverse', { signal: ofLayer }) : ofLayer}</th>
    <td>${scientific(difference)}</td>
    <td>${scientific(bound)}</td>
    <td>${difference === 0 ? '–' : say('place', { step: at.step + 1, unit: at.unit + 1 })}</td>
    <td>${say(holds ? 'holds' : 'isAbove')}</td>
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
