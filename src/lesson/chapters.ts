/** All chapters but the first, their elements and their wiring: what later_chapters.ts fetches. */
import '../elements/define';
import type { Engine } from '../engine';
import { attentionChapter } from './attention_chapter';
import { charactersChapter } from './characters_chapter';
import { costChapter } from './cost_chapter';
import type { Change } from './figure_models';
import { gatesChapter } from './gates_chapter';
import { gradientFlowChapter } from './gradient_flow_chapter';
import { learnerChapter } from './learner_chapter';
import type { LessonState } from './link';
import { keepOffline } from './offline';
import { playgroundChapter } from './playground_chapter';
import { quizChapter } from './quiz_chapter';
import { raceChapter } from './race_chapter';
import { recallChapter } from './recall_chapter';
import { stateSpaceChapter } from './state_space_chapter';
import { storedChapter } from './stored_chapter';
import { lightSymbols } from './symbols';
import { useChapter } from './use_chapter';

/** What a chapter may ask of the page. */
export interface Page {
  readonly change: Change;
  /** Has a slider redraw while it moves. */
  readonly slides: (field: HTMLInputElement, take: (value: number, history: 'new' | 'same') => void) => void;
  /** Settles with what computes, once that is known. */
  readonly computing: Promise<Engine>;
}

/** Returns what shows a state in all of them. */
export function wireChapters({ change, slides, computing }: Page): (state: LessonState) => void {
  lightSymbols();
  // A service worker would keep what the development server is about to change.
  if (import.meta.env.PROD) void keepOffline();
  const chapters = [
    gradientFlowChapter(change),
    storedChapter(change, slides),
    gatesChapter(change, slides),
    learnerChapter(change),
    charactersChapter(),
    raceChapter(change, slides, computing),
    attentionChapter(change),
    stateSpaceChapter(change, slides),
    costChapter(change, computing),
    recallChapter(change, slides, computing),
    quizChapter(change),
    useChapter(),
    playgroundChapter(change),
  ];
  return (state) => {
    for (const show of chapters) show(state);
  };
}
