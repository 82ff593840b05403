/** A page's own words in the place of an element's, by the names that its phrases have. */
import type { LitElement } from 'lit';
import { describe, expect, it } from 'vitest';
import '../../src/elements/define';
import { markedPhrase } from '../../src/elements/marked_phrase';
import { sayer } from '../../src/elements/wording';
import { mount, settled } from './mounting';

/** What a reader sees or hears of an element, of what it is made of too. */
function words({ shadowRoot }: Element): string {
  const named = Array.from(shadowRoot!.querySelectorAll('*'), (part) => [part.getAttribute('aria-label'), part.getAttribute('title'), part.shadowRoot ? words(part) : ''].join(' '));
  return [shadowRoot!.textContent, ...named].join(' ').replace(/\s+/g, ' ');
}

const MODEL = 'text="The cat that ran" cell="lstm" hidden="4" embedding="4" device="cpu"';

/** Labels, and what they make of the element; what stood there before. */
const OVERRIDDEN: readonly (readonly [string, Readonly<Record<string, string>>, readonly string[], readonly string[]])[] = [
  ['rnn-heatmap', { tools: 'Werkzeuge', noun: '{noun}?' }, ['Werkzeuge', 'unit?'], ['Tools']],
  ['rnn-unrolled', { hiddenStates: 'Wörter und Zustände', step: '{word}: {step} von {steps}' }, ['Wörter und Zustände', 'cat: 2 von 4'], ['Words, each', 'step 2 of 4']],
  ['rnn-gates', { show: 'Zeige', mean: 'den Mittelwert', nothingOld: 'Noch nichts.', tools: 'Werkzeuge' }, ['Zeige', 'den Mittelwert', 'Noch nichts.'], ['the mean over units', 'nothing old']],
  ['rnn-influence', { howToRead: 'Zeige auf etwas.', feltBy: 'Gespürt von', unit: 'Einheit {unit}', tools: 'Werkzeuge' }, ['Zeige auf etwas.', 'Gespürt von', 'Einheit 3', 'Werkzeuge'], ['Felt by', 'unit 3', 'Tools']],
  ['rnn-gradient-flow', { distanceFromLast: 'Abstand k', fromTo: ': von {from} zu {to}', table: 'Als Tabelle' }, ['Abstand k', 'Als Tabelle'], ['Distance k', 'The numbers as a table']],
  ['rnn-compare', { compareWith: 'Vergleiche mit', lengthAtStep: '{length} bei {word}, Schritt {step}', tools: 'Werkzeuge' }, ['Vergleiche mit', 'bei The, Schritt 1', 'Werkzeuge'], ['Compare with', 'the two runs are']],
  ['rnn-entry', { takenApart: 'Zerlegt', sum: 'die Summe', after: 'Nach {word}, {step}/{steps}', reset: 'Zurück' }, ['Zerlegt', 'die Summe', 'Nach The, 1/4', 'Zurück'], ['Taken apart', 'their sum, a', 'After The']],
  ['rnn-trainer', { train: 'Lernen', loss: 'Verlust', lr: 'Lernrate', sentence: '«{text}»' }, ['Lernen', 'Verlust', 'Lernrate', '«'], ['Learning rate']],
  ['rnn-transport', { play: 'Los', place: '{step}/{steps}', wordsASecond: '{speed} Wörter/s' }, ['Los', '1/4', '4 Wörter/s'], ['step 1 of 4', 'words/s']],
  ['rnn-proof', { bound: 'Schranke', cpuHolds: 'CPU: {which} gleich', everyStep: 'jeder Schritt' }, ['Schranke', 'CPU: jeder Schritt gleich'], ['Bound', 'taken twice']],
];

it.each(OVERRIDDEN)('%s says it in the page’s words, and in its own again', async (tag, labels, there, gone) => {
  const box = mount<HTMLElement>(`<div><rnn-model id="m" ${MODEL}></rnn-model><${tag} for="m" with="The dog that ran"></${tag}></div>`);
  const element = box.lastElementChild as LitElement & { labels: object };
  element.setAttribute('labels', JSON.stringify(labels));
  await settled(() => {
    for (const word of there) expect(words(element)).toContain(word);
  });
  for (const word of gone) expect(words(element)).not.toContain(word);
  element.labels = {};
  await settled(() => {
    for (const word of gone) expect(words(element)).toContain(word);
  });
}, 60_000);

it.each(OVERRIDDEN.filter(([tag]) => tag !== 'rnn-heatmap'))('%s says what it cannot draw in the page’s words too, and bears labels that are nonsense', async (tag) => {
  const box = mount<HTMLElement>(`<div><${tag}></${tag}></div>`);
  const element = box.firstElementChild as LitElement & { labels: unknown };
  await element.updateComplete;
  for (const nonsense of [null, 7, 'x', { noModel: 3, sentence: () => 4 }]) {
    element.labels = nonsense;
    await element.updateComplete;
  }
  if (tag === 'rnn-transport' || tag === 'rnn-gradient-flow') return; // they stand without a model
  element.labels = { noModel: () => 'Kein Modell.' };
  await element.updateComplete;
  expect(words(element)).toContain('Kein Modell.');
});

it('puts nothing around a sentence that is empty', () => {
  const say = sayer({ sentence: ({ text }: { text: string }) => text }, { sentence: '«{text}»' });
  expect([say('sentence', { text: 'Lost.' }), say('sentence', { text: '' })]).toEqual(['«Lost.»', '']);
});

describe('a phrase with markup', () => {
  it('has each template where the phrase names it, once, twice or not at all', () => {
    const [bold, slanted] = [{ _$litType$: 1, values: ['bold'] }, { _$litType$: 1, values: ['slanted'] }] as never[];
    expect(markedPhrase(({ n, word }: { n: number; word: string }) => `${word} (${n}) ${word}`, { n: 2, word: bold })).toEqual(['', bold, ' (2) ', bold, '']);
    expect(markedPhrase(({ one, other }: { one: string; other: string }) => `${other}, not ${one}`, { one: bold, other: slanted })).toEqual(['', slanted, ', not ', bold, '']);
    expect(markedPhrase(() => 'nothing', { word: bold })).toEqual(['nothing']);
  });
});
