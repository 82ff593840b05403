/** The markup of chapter 8: written from what the page shows, and read back, so that the text on screen is the markup used. */
import { cellNamed } from '../engine';
import type { LessonState } from './link';

const TAG = 'rnn-heatmap';

/** The element that shows what the page's first figure shows. */
export function writtenSnippet({ text, cell, hidden, seed, gain, bias, signal, weights }: LessonState): string {
  const { keeps } = cellNamed(cell);
  const attributes: [string, string | number][] = [
    ['text', text],
    ['cell', cell],
    ['hidden', hidden],
    ['seed', seed],
    ...(gain === 1 || weights === 'trained' ? [] : [['gain', gain] as [string, number]]),
    ...(bias === undefined || keeps === undefined || weights === 'trained' ? [] : [['gate-bias', `${keeps}:${bias}`] as [string, string]]),
    ['signal', signal],
  ];
  return `<${TAG}\n${attributes.map(([name, value]) => `  ${name}="${escaped(String(value))}"`).join('\n')}\n></${TAG}>`;
}

/**
 * The attributes of one `<rnn-heatmap>`, in its order. Text is read as text: nothing of it becomes markup.
 *
 * @param known - attributes that the element has
 * @throws Error, in words, for anything else
 */
export function readSnippet(text: string, known: readonly string[]): ReadonlyMap<string, string> {
  const [whole, inside] = /^\s*<rnn-heatmap(\s[^<]*?)?\s*>\s*<\/rnn-heatmap>\s*$/.exec(text) ?? [];
  if (whole === undefined) throw new Error(`It must be one <${TAG} …></${TAG}>, with nothing around it; a < in a value is written &lt;.`);
  const attributes = new Map<string, string>();
  for (let rest = (inside ?? '').trim(); rest; rest = rest.trimStart()) {
    const [found, name, value] = /^([a-z][\w-]*)="([^"]*)"(?=\s|$)/.exec(rest) ?? [];
    if (found === undefined) throw new Error(`“${rest.slice(0, 40)}” cannot be read: an attribute is a name, =, and a value in double quotes.`);
    if (!known.includes(name)) throw new Error(`<${TAG}> has no attribute “${name}”; it has ${known.join(', ')}.`);
    if (attributes.has(name)) throw new Error(`The attribute “${name}” stands there twice.`);
    attributes.set(name, unescaped(value));
    rest = rest.slice(found.length);
  }
  return attributes;
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '"': '&quot;', '<': '&lt;', '>': '&gt;' };

function escaped(text: string): string {
  return text.replace(/[&"<>]/g, (character) => entities[character]);
}

function unescaped(text: string): string {
  return text.replace(/&(amp|quot|lt|gt);/g, (entity) => Object.keys(entities).find((character) => entities[character] === entity)!);
}
