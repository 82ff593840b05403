/**
 * The page for a class, set in its address before the #: `?only=ID` for one chapter or figure, `?hide=controls,dock` for
 * less around it, `?seed=7` for the same random numbers on every machine. What makes no sense changes nothing and is said.
 */
import { SEED_MOST } from './link';

export interface ClassView {
  /** The id of a chapter or figure that is shown alone. */
  readonly only: string | undefined;
  readonly hide: readonly string[];
  readonly seed: number | undefined;
  readonly complaints: readonly string[];
}

const HIDEABLE: readonly string[] = ['opening', 'controls', 'dock', 'prose'];

/** @param isShown - whether there is a chapter or figure of that id */
export function readClassView(search: string, isShown: (id: string) => boolean): ClassView {
  const given = new URLSearchParams(search);
  const complaints: string[] = [];
  const only = given.get('only') ?? undefined;
  const found = only !== undefined && isShown(only);
  if (only !== undefined && !found) complaints.push(`only=${excerpt(only)}: the page has no chapter or figure of that name; all of it is shown.`);
  const wanted = (given.get('hide') ?? '').split(',').filter(Boolean);
  const unknown = wanted.filter((part) => !HIDEABLE.includes(part));
  if (unknown.length > 0) complaints.push(`hide=${excerpt(unknown.join(','))}: there are ${HIDEABLE.join(', ')}.`);
  const written = given.get('seed');
  const number = written !== null && /^\d{1,10}$/.test(written) ? Number(written) : NaN;
  const seed = number <= SEED_MOST ? number : undefined;
  if (written !== null && seed === undefined) complaints.push(`seed=${excerpt(written)} is not a whole number from 0 to ${SEED_MOST.toLocaleString('en')}; the seed is free.`);
  return { only: found ? only : undefined, hide: wanted.filter((part) => HIDEABLE.includes(part)), seed, complaints };
}

/** Leaves out of the page what the view does not have. */
export function showClassView({ only, hide }: ClassView): void {
  const main = document.getElementById('lesson')!;
  if (only) {
    const shown = document.getElementById(only)!;
    for (let at: Element = shown; at !== main; at = at.parentElement!) {
      for (const sibling of at.parentElement!.children) if (sibling !== at && sibling.localName !== 'rnn-model') hideElement(sibling);
    }
    for (const around of document.querySelectorAll('.opening, .closing')) hideElement(around);
  }
  for (const part of hide) {
    if (part === 'prose') document.body.classList.add('no-prose');
    else for (const element of document.querySelectorAll(`.${part}`)) hideElement(element);
  }
}

/** A chapter or a figure, which `only` may name. */
export function isPartOfLesson(id: string): boolean {
  const element = document.getElementById(id);
  return element !== null && element.matches('main .chapter, main figure');
}

function hideElement(element: Element): void {
  element.classList.add('left-out');
}

function excerpt(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
