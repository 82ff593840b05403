/** What came of races at the size that their claims are about, which is too long for a page: recorded, and marked as that. */
import { html, render } from 'lit';

export interface RecordedRuns {
  /** What was run. */
  readonly setup: string;
  /** What runs it again, and from which seeds. */
  readonly command: string;
  readonly seeds: string;
  readonly results: readonly RecordedResult[];
}

export interface RecordedResult {
  readonly network: string;
  /** How much was right at the end, by network. */
  readonly right: string;
  readonly updates: string;
  readonly by: string;
}

const TORCH = 'PyTorch on a CPU, float32, seed 0';
const OURS = 'the engine of this page, float32 on a software GPU (SwiftShader)';

export const copyRecord: RecordedRuns = {
  setup: 'two layers of width 32, 8 symbols among 32 steps, 32 sequences an update',
  command: 'npm run test:long -- selectivity',
  seeds: 'seed 1',
  results: [
    { network: 'Mamba', right: '94 %', updates: '1,500', by: `${OURS}, seed 1` },
    { network: 'Mamba, Δ, B and C frozen', right: '68 %', updates: '1,500', by: `${OURS}, seed 1` },
    { network: 'LSTM', right: '92 % and 95 %', updates: '2,000', by: TORCH },
    { network: 'GRU', right: '93 % and 94 %', updates: '2,000', by: TORCH },
  ],
};

export const recallRecord: RecordedRuns = {
  setup: 'two layers of width 32, 8 pairs of 32 keys and 32 values, 32 sequences an update',
  command: 'npm run test:long -- recall',
  seeds: 'seeds 1 and 2',
  results: [
    { network: 'Attention, two layers', right: '99 % and 99 %', updates: '380 and 350', by: `${OURS}, seeds 1 and 2` },
    { network: 'Mamba, two layers', right: '20 % and 20 %', updates: '900', by: `${OURS}, seeds 1 and 2` },
    { network: 'Hybrid: Mamba, then attention', right: '100 % and 99 %', updates: '939', by: TORCH },
    { network: 'LSTM, two layers', right: '23 % and 20 %', updates: '1,500', by: TORCH },
  ],
};

/** Puts it into an element of the page. */
export function recordBelow({ setup, command, seeds, results }: RecordedRuns, place: HTMLElement): void {
  render(
    html`<details class="more-views">
      <summary>At full size, precomputed</summary>
      <p>
        Not run here: with ${setup}, this takes longer than a page should, up to 20 minutes a network without a GPU. What is in the table was recorded.
        <code>${command}</code> runs it again in a copy of this project, from ${seeds}.
      </p>
      <div class="scroll" tabindex="0" role="group" aria-label="Recorded results">
        <table>
          <thead>
            <tr><th scope="col">Network</th><th scope="col">Right</th><th scope="col">After updates</th><th scope="col">Computed by</th></tr>
          </thead>
          <tbody>
            ${results.map(({ network, right, updates, by }) => html`<tr><th scope="row">${network}</th><td>${right}</td><td>${updates}</td><td>${by}</td></tr>`)}
          </tbody>
        </table>
      </div>
    </details>`,
    place,
  );
}
