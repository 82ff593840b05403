// @ts-check
// The terms of src/lesson/glossary.html, and the places in a chapter where they are met: the first in each
// section becomes a link to its definition, which src/lesson/terms.ts shows on the spot. One source: a term
// that is added to the glossary is linked in every chapter.

/**
 * @typedef {{id: string, forms: string[]}} Term
 *   forms: the words that stand for it in prose, in the singular and the plural
 */

/**
 * The terms of a glossary, by its `<dt id data-forms>`.
 *
 * @param {string} glossary
 * @returns {Term[]}
 */
export function termsOf(glossary) {
  return [...glossary.matchAll(/<dt id="([\w-]+)" data-forms="([^"]+)">/g)].map(([, id, forms]) => ({ id, forms: forms.split('|') }));
}

/** Text in these is prose, and in those it is something else: a name, a control, a formula. */
const prose = ['p', 'li', 'figcaption', 'dd'];
const elsewhere = ['a', 'b', 'button', 'label', 'legend', 'select', 'summary', 'output', 'math', 'cite', 'code', 'h1', 'h2', 'h3', 'caption', 'th'];
const empty = ['br', 'img', 'input', 'link', 'meta', 'hr', 'wbr'];

/**
 * A chapter in which the first occurrence of each term in a section's prose is `<a class="term" href="#ID">`. Of two terms that
 * begin at one place the longer wins.
 *
 * @param {string} html
 * @param {Term[]} terms
 */
export function linkTerms(html, terms) {
  const known = new Map(terms.flatMap(({ id, forms }) => forms.map((form) => [form.toLowerCase(), id])));
  if (known.size === 0) return html;
  const longestFirst = [...known.keys()].toSorted((one, other) => other.length - one.length);
  const written = longestFirst.map((form) => form.replaceAll(' ', '\\s+')).join('|');
  const occurrence = new RegExp(`(?<![\\w-])(?:${written})(?![\\w-])`, 'gi');
  /** @type {string[]} */
  const open = [];
  const met = new Set();
  return html
    .split(/(<!--[\s\S]*?-->|<[^>]+>)/)
    .map((part) => {
      if (part.startsWith('<')) {
        if (/^<section\b/.test(part)) met.clear();
        follow(open, part);
        return part;
      }
      if (!open.some((name) => prose.includes(name)) || open.some((name) => elsewhere.includes(name))) return part;
      return part.replace(occurrence, (text) => {
        const id = known.get(text.toLowerCase().replace(/\s+/g, ' '));
        if (!id || met.has(id)) return text;
        met.add(id);
        return `<a class="term" href="#${id}">${text}</a>`;
      });
    })
    .join('');
}

/**
 * Keeps the list of elements that are open.
 *
 * @param {string[]} open
 * @param {string} tag
 */
function follow(open, tag) {
  const [, closes, name] = /^<(\/?)([\w-]+)/.exec(tag) ?? [];
  if (!name || tag.endsWith('/>') || empty.includes(name)) return;
  if (!closes) open.push(name);
  else open.length = Math.max(0, open.lastIndexOf(name));
}
