/** The playground: nothing of it is loaded before it is near. */
import type { Change } from './figure_models';
import type { LessonState } from './link';
import { whenNear } from './near';

/** Takes the page's way to change its state; returns what shows a state in the playground. */
export function playgroundChapter(change: Change): (state: LessonState) => void {
  let show: ((state: LessonState) => void) | undefined;
  let shown: LessonState | undefined;
  whenNear(document.getElementById('figure-playground')!, async () => {
    const { Playground } = await import('./playground');
    const playground = new Playground(change);
    show = (state) => playground.show(state);
    if (shown) show(shown);
  });
  return (state) => {
    shown = state;
    show?.(state);
  };
}
