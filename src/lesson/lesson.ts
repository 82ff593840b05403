/**
 * Wires the page: controls, address, figures. All arithmetic and all drawing belong to the elements. Here are those of the
 * first chapter; the rest comes with chapters.ts, once the first figure stands.
 */
import '../elements/define/rnn-heatmap';
import '../elements/define/rnn-model';
import '../elements/define/rnn-order';
import '../elements/define/rnn-state';
import '../elements/define/rnn-transport';
import { cellNamed, cells, LONGEST_TEXT, wordsOf, type Engine, type Tape } from '../engine';
import type { RnnCompare } from '../elements/rnn-compare';
import type { RnnEntry } from '../elements/rnn-entry';
import type { RnnHeatmap } from '../elements/rnn-heatmap';
import type { RnnMemory } from '../elements/rnn-memory';
import type { RnnModel } from '../elements/rnn-model';
import type { RnnOpener } from '../elements/rnn-opener';
import { readingNote } from '../elements/training_words';
import { onlyDifference } from '../elements/sentence';
import { samePlace } from '../elements/weight_edits';
import { AddressBar } from './address_bar';
import { isPartOfLesson, readClassView, showClassView } from './class_view';
import { trainedAddress, trainedCells } from './gallery';
import { atDistance, distanceOf } from './filler';
import { LaterChapters } from './later_chapters';
import { defaults, HIDDEN_MOST, holdsState, readLink, SEED_MOST, type LessonState } from './link';
import { OwnFile, type OfferedSignal } from './own_file';
import { printView } from './print_view';
import { tellTerms } from './terms';

const reader = byId<RnnModel>('reader');
const compare = byId<RnnCompare>('compare');
const memory = byId<RnnMemory>('memory-curves');
const entry = byId<RnnEntry>('entry');
const heatmaps = [byId<RnnHeatmap>('run'), byId<RnnHeatmap>('chosen'), byId<RnnHeatmap>('own')];
const notice = byId('notice');
const form = byId<HTMLFormElement>('settings');
const fields = {
  text: byId<HTMLInputElement>('text'),
  cell: byId<HTMLSelectElement>('cell'),
  signal: byId<HTMLSelectElement>('signal'),
  hidden: byId<HTMLInputElement>('hidden'),
  seed: byId<HTMLInputElement>('seed'),
  seedSlide: byId<HTMLInputElement>('seed-slide'),
  gain: byId<HTMLInputElement>('gain'),
  bias: byId<HTMLInputElement>('bias'),
  distance: byId<HTMLInputElement>('distance'),
  weights: byId<HTMLSelectElement>('weights'),
};

let state: LessonState = defaults;
const address = new AddressBar();
let sayEngine: (engine: Engine) => void;
const firstEngine = new Promise<Engine>((resolve) => (sayEngine = resolve));
const view = readClassView(location.search, isPartOfLesson);

fields.cell.append(...cells.map((cell) => new Option(cell.title, cell.name)));
const file = new OwnFile(reader, () => show());
const later = new LaterChapters({ change, slides, computing: firstEngine, say, isTime: () => view.only !== undefined || firstFigureStands() }, Object.values(fields));

/** Takes new settings, shows them everywhere, and writes them into the address. */
function change(settings: Partial<LessonState>, history: 'new' | 'same' | 'none'): void {
  const before = state;
  state = { ...state, ...settings, ...(view.seed !== undefined && { seed: view.seed }) };
  if (state.text !== before.text && settings.other === undefined) state = { ...state, other: otherFor(state.text, before) };
  if (!file.isOpen && !isOffered(state.signal, signalsOf(state.cell))) state = { ...state, signal: 'h' };
  if (state.weights === 'trained' && !trainedCells.includes(state.cell)) {
    say(notTrained(state.cell));
    state = { ...state, weights: 'random' };
  }
  const { gates, states } = cellNamed(state.cell);
  if (![...gates, ...states].some(({ name }) => name === state.gate)) state = { ...state, gate: '' };
  show();
  if (history !== 'none') address.write(state, history);
}

function notTrained(cell: string): string {
  return `There is no trained ${cellNamed(cell).title} here, only ${trainedCells.map((name) => cellNamed(name).title).join(', ')}; its weights are random.`;
}

/** The second sentence after the first was edited: the same replacement in the same place, if there was just one. */
function otherFor(text: string, { text: oldText, other }: LessonState): string {
  try {
    const place = onlyDifference(wordsOf(oldText), wordsOf(other));
    const words = wordsOf(text);
    if (place === undefined || words.length === 0) return text;
    words[Math.min(place, words.length - 1)] = wordsOf(other)[place];
    return words.join(' ');
  } catch {
    return text;
  }
}

/** Puts the state into the controls and the figures; what has not changed is left alone. */
function show(): void {
  const { text, other, cell, signal, gate, hidden, seed, gain, bias, edits, step, unit } = state;
  for (const [name, value] of Object.entries({ text, hidden, seed })) {
    const field = fields[name as 'text' | 'hidden' | 'seed'];
    if (field.value !== String(value)) field.value = String(value);
    field.removeAttribute('aria-invalid');
  }
  fields.cell.value = cell;
  const offered = file.signals ?? signalsOf(cell);
  const shown = isOffered(signal, offered) ? signal : file.output;
  offerSignals(offered);
  fields.signal.value = shown;
  showDistance(text);

  const { keeps } = cellNamed(cell);
  fields.seedSlide.value = String(seed);
  fields.gain.value = String(gain);
  byId('gain-value').textContent = `× ${gain}`;
  fields.bias.disabled = keeps === undefined;
  fields.bias.value = String(bias ?? 0);
  byId('bias-value').textContent = keeps === undefined ? 'no gate' : bias === undefined ? 'random' : `${keeps}: ${bias}`;

  const trained = state.weights === 'trained';
  fields.weights.value = state.weights;
  // A trained network is what it is: these describe one that is not.
  for (const name of ['hidden', 'seed', 'seedSlide', 'gain'] as const) fields[name].disabled = trained;
  fields.bias.disabled ||= trained;
  fields.cell.disabled = fields.weights.disabled = false;
  if (view.seed !== undefined) fields.seed.disabled = fields.seedSlide.disabled = true;
  file.rest();
  if (!file.isOpen) reader.src = trained ? trainedAddress(cell) : '';
  byId('trained-note').hidden = !trained || file.isOpen;
  byId('expected').hidden = !trained && !file.isOpen;
  byId('untrained-note').hidden = trained || file.isOpen;
  Object.assign(reader, { text, cell, units: hidden, seed, gain, edits, gateBias: keeps === undefined || bias === undefined ? '' : `${keeps}:${bias}` });
  reader.cursor = { step: step - 1, unit: unit - 1 };
  compare.with = memory.with = other;
  entry.gate = gate;
  later.show(state);
  for (const element of [...heatmaps, compare]) element.signal = shown;
}

/** The words that a text is read as; none of a text that is too long to be read. */
function wordsIn(text: string): readonly string[] {
  return text.length > LONGEST_TEXT ? [] : wordsOf(text);
}

/** The slider of the distance follows the sentence, and says what it would do to one that is the reader's own. */
function showDistance(text: string): void {
  const distance = distanceOf(wordsIn(text));
  if (distance !== undefined) fields.distance.value = String(distance);
  byId('distance-value').textContent = distance === undefined ? '' : String(distance);
  byId('distance-note').textContent = distance === undefined ? 'This sentence is your own; moving the slider brings back the one about the cat.' : '';
}

/** The lesson's sentence with its verb so far from its subject; words that the reader changed around the filler stay. */
function takeDistance(distance: number, history: 'new' | 'same'): void {
  const [text, other] = [state.text, state.other].map((sentence) => atDistance(wordsIn(sentence), distance));
  const ours = [defaults.text, defaults.other].map((sentence) => atDistance(wordsOf(sentence), distance)!);
  const stretched = text && other ? [text, other] : ours;
  say('');
  change({ text: stretched[0].join(' '), other: stretched[1].join(' '), step: distance + 3 }, history);
}

/** What the tape of such a cell offers to look at: states, gates, and what the gates come from. */
function signalsOf(cell: string): readonly OfferedSignal[] {
  const { states, gates } = cellNamed(cell);
  const before = gates.filter(({ activation }) => activation !== 'identity').map(({ name }) => ({ name: `a_${name}`, title: `pre-activation of ${name}` }));
  return [...[...states, ...gates].map(({ name, role }) => ({ name, title: role.split(':')[0] })), ...before];
}

function isOffered(signal: string, offered: readonly OfferedSignal[]): boolean {
  return offered.some(({ name }) => name === signal);
}

function offerSignals(offered: readonly OfferedSignal[]): void {
  const labels = offered.map(({ name, title }) => `${name}: ${title}`);
  if (labels.join() === Array.from(fields.signal.options, ({ text }) => text).join()) return;
  fields.signal.replaceChildren(...offered.map(({ name }, k) => new Option(labels[k], name)));
}

function say(message: string): void {
  notice.textContent = message;
}

function open(hash: string): void {
  const { settings, complaints } = readLink(hash, cells.map(({ name }) => name));
  const other = settings.text === undefined ? defaults.other : otherFor(settings.text, defaults);
  const wanted = { ...defaults, other, ...settings };
  const said = [...view.complaints, ...complaints];
  if (!isOffered(wanted.signal, signalsOf(wanted.cell))) {
    said.push(`${cellNamed(wanted.cell).title} has no signal “${wanted.signal.slice(0, 40)}”; h is shown.`);
  }
  if (wanted.weights === 'trained' && !trainedCells.includes(wanted.cell)) said.push(notTrained(wanted.cell));
  const { text, step, unit } = wanted;
  const hidden = wanted.weights === 'trained' ? Infinity : wanted.hidden;
  const count = text.length > LONGEST_TEXT ? Infinity : wordsOf(text).length;
  if (count > 0 && step > count) said.push(`step=${step}: the sentence has ${count} words; the last is shown.`);
  if (unit > hidden) said.push(`unit=${unit}: there are ${hidden} units; the last is shown.`);
  state = { ...wanted, step: Math.max(1, Math.min(step, count)), unit: Math.min(unit, hidden) };
  change({ other: wanted.other }, 'none');
  say(said.join(' '));
}

/** A whole number from a field, or undefined after saying what is wrong with it. */
function numberFrom(field: HTMLInputElement, name: string, least: number, most: number): number | undefined {
  const value = Number(field.value);
  const fits = field.value.trim() !== '' && Number.isInteger(value) && value >= least && value <= most;
  field.toggleAttribute('aria-invalid', false);
  if (fits) {
    say('');
    return value;
  }
  field.setAttribute('aria-invalid', 'true');
  say(`${name} must be a whole number from ${least} to ${most.toLocaleString('en')}; the figures still show ${name === 'Seed' ? state.seed : state.hidden}.`);
  return undefined;
}

let typing: ReturnType<typeof setTimeout> | undefined;
let typed = false;

fields.text.addEventListener('input', () => {
  clearTimeout(typing);
  typing = setTimeout(takeText, 150);
});
fields.text.addEventListener('change', () => {
  clearTimeout(typing);
  takeText();
  typed = false;
});

/** One visit to the field is one entry of the history. */
function takeText(): void {
  const text = fields.text.value;
  if (text === state.text) return;
  say('');
  change({ text }, typed ? 'same' : 'new');
  typed = true;
}

fields.cell.addEventListener('change', () => {
  say('');
  change({ cell: fields.cell.value }, 'new');
});
fields.weights.addEventListener('change', () => {
  say('');
  change({ weights: fields.weights.value === 'trained' ? 'trained' : 'random' }, 'new');
});
fields.signal.addEventListener('change', () => change({ signal: fields.signal.value }, 'new'));
fields.hidden.addEventListener('input', () => {
  const hidden = numberFrom(fields.hidden, 'Units', 1, HIDDEN_MOST);
  if (hidden !== undefined) change({ hidden }, 'new');
});
fields.seed.addEventListener('input', () => {
  const seed = numberFrom(fields.seed, 'Seed', 0, SEED_MOST);
  if (seed !== undefined) change({ seed }, 'new');
});

/** A slider redraws while it moves, and makes one entry of the history when it is let go. */
function slides(field: HTMLInputElement, take: (value: number, history: 'new' | 'same') => void): void {
  let moving = false;
  field.addEventListener('input', () => {
    say('');
    take(field.valueAsNumber, moving ? 'same' : 'new');
    moving = true;
  });
  field.addEventListener('change', () => (moving = false));
}

slides(fields.seedSlide, (seed, history) => change({ seed }, history));
slides(fields.gain, (gain, history) => change({ gain }, history));
slides(fields.bias, (bias, history) => change({ bias }, history));
slides(fields.distance, takeDistance);
form.addEventListener('submit', (event) => event.preventDefault());

reader.addEventListener('cursor-change', ({ step, unit }) => change({ step: step + 1, unit: unit + 1 }, 'same'));
reader.addEventListener('weight-change', ({ edits, note }) => {
  // Dragging one weight is one entry of the history, however far it goes. What a network has no place for went with another entry.
  const samePlaces = edits.length === state.edits.length && edits.every((edit, index) => samePlace(edit, state.edits[index]));
  change({ edits }, samePlaces || note ? 'same' : 'new');
  if (note) say([notice.textContent, note].filter(Boolean).join(' '));
  else say('');
});
document.addEventListener('file-close', ({ own, target }) => {
  if (!own && (target as RnnOpener).for === reader.id) change({ weights: 'random' }, 'new');
});
entry.addEventListener('gate-change', ({ gate }) => change({ gate }, 'new'));
compare.addEventListener('compare-change', ({ text }) => change({ other: text }, 'new'));
let read: Tape | undefined;

reader.watch(() => {
  const { engine, tape } = reader.state;
  if (tape && tape !== read) {
    // While the run before this one stood, the cursor could not go beyond its words.
    read = tape;
    reader.cursor = { step: state.step - 1, unit: state.unit - 1 };
  }
  if (engine) sayWhatComputes(engine);
  byId('trained-reads').textContent = readingNote(reader.state);
  if (state.weights === 'trained' && tape) fields.hidden.value = String(tape.model.shape.layers.at(-1)!.width);
  const { status, message } = reader.opening;
  if (status === 'failed' && state.weights === 'trained') say(message);
});

/** Or why there is none is said. */
function firstFigureStands(): boolean {
  const { status } = reader.state;
  if (status === 'empty' || status === 'error') return true;
  try {
    return heatmaps[0].matches(':state(ready)');
  } catch {
    return status === 'ready'; // a browser that does not know such states
  }
}

let computing: Engine | undefined;

/** Without a GPU the page is whole, and says so in this one place. */
function sayWhatComputes(engine: Engine): void {
  if (engine === computing) return;
  computing = engine;
  sayEngine(engine);
  byId('engine-note').textContent =
    engine.kind === 'gpu'
      ? `It runs on your GPU: ${engine.description}.`
      : `It runs on your CPU, in float64. All of this page works that way; a GPU would only be faster. (${engine.description})`;
}

byId('copy-link').addEventListener('click', async ({ currentTarget }) => {
  address.write(state, 'same');
  address.flush();
  const button = currentTarget as HTMLButtonElement;
  try {
    await navigator.clipboard.writeText(location.href);
    say('The link is copied.');
  } catch {
    say('The browser does not let this page copy; the link is in the address bar.');
  }
  button.focus();
});

byId('edit-sentence').addEventListener('click', () => {
  byId('controls').scrollIntoView({ block: 'start' });
  fields.text.focus();
  fields.text.select();
});

// A link inside the page: a bold one sets a figure, any other goes to a place and leaves the address alone.
document.addEventListener('click', (event) => {
  const link = (event.target as Element).closest?.<HTMLAnchorElement>('a[href^="#"]');
  if (!link || event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  const target = document.getElementById(link.dataset['figure'] ?? link.hash.slice(1));
  if (link.classList.contains('set')) {
    const { distance } = link.dataset;
    const { settings } = readLink(holdsState(link.hash) ? link.hash : '', cells.map(({ name }) => name));
    say('');
    change(settings, 'new');
    if (distance) takeDistance(Number(distance), 'same');
    target?.scrollIntoView({ block: 'nearest' });
  } else {
    target?.scrollIntoView({ block: 'start' });
    target?.focus({ preventScroll: true });
  }
});

showClassView(view);
tellTerms();
printView(() => state);
address.onOpen = open;
open(location.hash);

function byId<Type extends HTMLElement = HTMLElement>(id: string): Type {
  return document.getElementById(id) as Type;
}
