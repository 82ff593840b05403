/** What a page's style can ask of a heatmap, as `rnn-heatmap:state(loading)`: whether there is a picture, and if not, why. */
import type { MatrixSource } from './matrix_source';
import type { ShownMatrix } from './shown_matrix';

const STATES = ['ready', 'loading', 'empty', 'error', 'device-lost', 'no-gpu', 'software-gpu', 'restored'] as const;
export type HeatmapState = (typeof STATES)[number];

export function statesOf({ matrix, absence }: ShownMatrix, { busy, notice, isRestored }: MatrixSource): ReadonlySet<HeatmapState> {
  const states: (HeatmapState | false | undefined)[] = [matrix ? 'ready' : absence, busy && 'loading', notice, isRestored && 'restored'];
  return new Set(states.filter((state) => state !== false && state !== undefined));
}

/** Has `:state()` follow. A browser without custom states, or with another spelling of them, goes without. */
export function showStates(internals: ElementInternals | undefined, states: ReadonlySet<HeatmapState>): void {
  try {
    for (const state of STATES) {
      if (states.has(state)) internals?.states.add(state);
      else internals?.states.delete(state);
    }
  } catch {
    // Chromium before 125 knows only names that begin with two dashes.
  }
}
