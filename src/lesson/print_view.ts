/** What paper cannot do by itself: say what was set and where links lead, and take figures that were laid out for a screen. Done when a page is about to be printed. */
import { cellNamed } from '../engine';
import { writtenLink, type LessonState } from './link';
import { whenNear } from './near';

/** What fits on a page of A4 or Letter, beside the caption, in CSS pixels. */
const PAPER = { width: 680, height: 840 } as const;
/** Smaller is not read; what is still too tall is parted between its pictures. */
const SMALLEST = 0.45;

/** Printing does not wait for what is computed, so a figure that the reader has not come near has nothing to show. */
const NOT_COMPUTED = 'This figure was not on the screen before the page was printed, so it has not been computed. Scroll to it, wait until it is drawn, and print again.';

/** @param state - what the page shows now */
export function printView(state: () => LessonState): void {
  const note = Object.assign(document.createElement('p'), { className: 'print-note' });
  document.getElementById('lesson')!.prepend(note);
  const unseen = new Set(document.querySelectorAll('main figure'));
  for (const figure of unseen) whenNear(figure, () => unseen.delete(figure));
  addEventListener('beforeprint', () => {
    const address = `${location.href.split('#')[0]}${writtenLink(state())}`;
    note.replaceChildren(`${inWords(state())} The same on a screen: `, Object.assign(document.createElement('a'), { href: address, textContent: address }));
    for (const link of document.querySelectorAll<HTMLAnchorElement>(':is(main, .closing) a[href]:not([href^="#"], .print-note a)')) link.dataset['address'] = link.href;
    for (const figure of unseen) sayWhyEmpty(figure);
    for (const panel of panels()) fitOnPaper(panel);
  });
  addEventListener('afterprint', () => {
    for (const why of document.querySelectorAll('.not-computed')) why.remove();
    for (const panel of panels()) panel.style.inlineSize = panel.style.zoom = '';
  });
}

function panels(): NodeListOf<HTMLElement> {
  return document.querySelectorAll<HTMLElement>('main figure > :not(figcaption, .not-computed)');
}

/** Words in the place of its pictures, of which there are none. */
function sayWhyEmpty(figure: Element): void {
  if (figure.querySelector(':scope > .not-computed')) return;
  figure.prepend(Object.assign(document.createElement('p'), { className: 'not-computed', textContent: NOT_COMPUTED }));
}

/** A figure keeps the width that its pictures were drawn for, and is made smaller as a whole. */
function fitOnPaper(panel: HTMLElement): void {
  const { offsetWidth: width, offsetHeight: height } = panel;
  if (width === 0) return;
  panel.style.inlineSize = `${width}px`;
  panel.style.zoom = String(Math.min(1, PAPER.width / width, Math.max(SMALLEST, PAPER.height / height)));
}

/** What was set, in a sentence. */
function inWords({ text, cell, weights, hidden, seed, step, unit }: LessonState): string {
  const network = weights === 'trained' ? `a trained ${cellNamed(cell).title}` : `an untrained ${cellNamed(cell).title} of ${hidden} units, seed ${seed}`;
  return `“${text}”, read by ${network}; step ${step}, unit ${unit}.`;
}
