/**
 * What a page's style can ask of an element, as `rnn-heatmap:state(loading)`, and under the same names put words of its own in
 * the place of (slots): whether there is a picture and if not why, what computes it, and that a lost GPU is back.
 */
import type { EngineNotice } from './engine_history';
import type { Absence } from './shown_matrix';

const STATES = ['ready', 'loading', 'empty', 'error', 'device-lost', 'no-gpu', 'software-gpu', 'restored'] as const;
export type ElementState = (typeof STATES)[number];

export interface Standing {
  /** Why there is no picture; undefined where there is one. */
  readonly absence: Absence | undefined;
  /** Whether something is being computed. */
  readonly busy: boolean;
  readonly notice: EngineNotice | undefined;
  /** Whether this is the first picture since the GPU was lost. */
  readonly isRestored: boolean;
}

export function statesOf({ absence, busy, notice, isRestored }: Standing): ReadonlySet<ElementState> {
  const states: (ElementState | false | undefined)[] = [absence ?? 'ready', busy && 'loading', notice, isRestored && 'restored'];
  return new Set(states.filter((state) => state !== false && state !== undefined));
}

/** Has `:state()` follow. A browser without custom states, or with another spelling of them, goes without. */
export function showStates(internals: ElementInternals | undefined, states: ReadonlySet<ElementState>): void {
  try {
    for (const state of STATES) {
      if (states.has(state)) internals?.states.add(state);
      else internals?.states.delete(state);
    }
  } catch {
    // Chromium before 125 knows only names that begin with two dashes.
  }
}

/** What a page says of a state in words of its own; undefined where it leaves that to the element. */
export function slottedWords(host: Element, state: ElementState): string | undefined {
  const own = Array.from(host.children).filter((child) => child.slot === state);
  return own.length > 0 ? own.map(({ textContent }) => textContent!.trim()).join(' ') : undefined;
}
