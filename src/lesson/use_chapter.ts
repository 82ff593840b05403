/** Wires chapter 8: a snippet of markup, the element that is made from it, and what a model's author needs. */
import { PYTORCH_RECIPE } from '../engine';
import { RnnHeatmap } from '../elements/rnn-heatmap';
import type { LessonState } from './link';
import { whenNear } from './near';
import { readSnippet, writtenSnippet } from './snippet';

/** Returns what shows a state in the chapter: the snippet follows the page until the reader writes in it. */
export function useChapter(): (state: LessonState) => void {
  const field = byId<HTMLTextAreaElement>('snippet');
  const [note, box] = [byId('snippet-note'), byId('snippet-live')];
  const known = RnnHeatmap.observedAttributes;
  let [near, own] = [false, false];
  byId('recipe').textContent = PYTORCH_RECIPE;

  const use = () => {
    if (!near) return;
    try {
      const attributes = readSnippet(field.value, known);
      const element = document.createElement('rnn-heatmap');
      for (const [name, value] of attributes) element.setAttribute(name, value);
      box.replaceChildren(element);
      note.textContent = '';
      field.removeAttribute('aria-invalid');
    } catch (error) {
      note.textContent = `${error instanceof Error ? error.message : String(error)} The picture below is still the one before.`;
      field.setAttribute('aria-invalid', 'true');
    }
  };
  let typing: ReturnType<typeof setTimeout> | undefined;
  field.addEventListener('input', () => {
    own = true;
    clearTimeout(typing);
    typing = setTimeout(use, 250);
  });
  byId('snippet-copy').addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(`<script type="module" src="rnn-heatmap.js"></script>\n${field.value}`);
      note.textContent = 'Copied, with the script tag.';
    } catch {
      note.textContent = 'The browser does not let this page copy; select the text instead.';
    }
  });
  whenNear(byId('figure-snippet'), () => {
    near = true;
    use();
  });
  return (state) => {
    const written = writtenSnippet(state);
    if (own || written === field.value) return;
    field.value = written;
    use();
  };
}

function byId<Type extends HTMLElement = HTMLElement>(id: string): Type {
  return document.getElementById(id) as Type;
}
