/** A phrase with markup in it: what it tells may be a template, which stands where the phrase, the element's own or a page's, puts it. */
import type { TemplateResult } from 'lit';

/** What a phrase is told, any of it as a template. */
export type Marked<Told> = { readonly [Name in keyof Told]: Told[Name] | TemplateResult };

/** Private to Unicode, so in no text of a page's. */
const [OPEN, CLOSE] = ['\ue000', '\ue001'];

/** @param phrase - says it in words */
export function markedPhrase<Told extends object>(phrase: (told: Told) => string, told: Marked<Told>): readonly (string | TemplateResult)[] {
  const marks: TemplateResult[] = [];
  const placeOf = (value: unknown) => (isTemplate(value) ? `${OPEN}${marks.push(value) - 1}${CLOSE}` : value);
  const plain = Object.fromEntries(Object.entries(told).map(([name, value]) => [name, placeOf(value)])) as Told;
  return phrase(plain)
    .split(new RegExp(`${OPEN}(\\d+)${CLOSE}`))
    .map((part, k) => (k % 2 === 0 ? part : marks[Number(part)]));
}

function isTemplate(value: unknown): value is TemplateResult {
  return typeof value === 'object' && value !== null && '_$litType$' in value;
}
