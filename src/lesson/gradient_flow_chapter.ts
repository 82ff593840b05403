/** Wires chapter 3: its two experiments to the address and back. */
import type { RnnGradientFlow } from '../elements/rnn-gradient-flow';
import { readFlow, writtenFlow } from './flow_link';
import type { LessonState } from './link';

const FIGURES = ['vanishing', 'exploding'] as const;

/** Takes the page's way to change its state; returns what shows a state in the chapter's figures. */
export function gradientFlowChapter(change: (settings: Partial<LessonState>, history: 'new' | 'same') => void): (state: LessonState) => void {
  const figures = FIGURES.map((name) => [name, document.getElementById(`flow-${name}`) as RnnGradientFlow] as const);
  for (const [name, figure] of figures) {
    const tell = (history: 'new' | 'same') => change({ [name]: writtenFlow(name, { ...figure.settings, at: figure.at, clip: figure.clip }) }, history);
    figure.addEventListener('experiment-change', () => tell('same'));
    figure.addEventListener('clip-change', () => tell('new'));
    figure.addEventListener('distance-change', () => tell('same'));
  }
  return (state) => {
    for (const [name, figure] of figures) Object.assign(figure, readFlow(name, state[name] ?? ''));
  };
}
