/** The network that an element's properties describe, and what of a text it can read. */
import { OptionError, wordsOf, type MadeTask, type Model, type ModelSpec, type OpenedModel, type RunInputs, type StartName, type Tape, type VectorInput } from '../engine';
import { gateBiasOf } from './gate_bias';
import { layersOf } from './layer_stack';

/** What a network is to learn, which says what it reads and what its head is asked for. */
export interface Lesson {
  readonly task: MadeTask;
  /** Another one for another task. */
  readonly key: number;
  /** How many networks learn it side by side, each from a seed of its own. */
  readonly models: number;
}

export interface NetworkRequest {
  readonly cell: string;
  readonly hidden: number;
  readonly seed: number;
  readonly embedding: number;
  /** Multiplies the recurrent weights that a model starts with. */
  readonly gain: number;
  /** `f:3`, or `{ f: 3 }`: whole biases of gates. */
  readonly gateBias: unknown;
  /** How the weights start: `pytorch` unless given. */
  readonly scheme?: string;
  /** A stack of layers, in the place of the one that cell, gain, gate bias and start describe. */
  readonly layers?: unknown;
  readonly lesson?: Lesson;
  /** A network from a file, in the place of what the others describe. */
  readonly opened?: OpenedModel;
}

/** Throws OptionError for a gate bias or a stack of layers that cannot be read. */
export function specOf({ cell, hidden, seed, embedding, gain, gateBias, scheme, layers: stack, lesson, opened }: NetworkRequest): ModelSpec {
  if (opened) return readsDrawnVectors(opened, lesson) ? { ...opened.spec, input: { embedding: (opened.spec.input as VectorInput).size } } : opened.spec;
  const layers = layersOf(stack, hidden) ?? [{ cell, hidden, gain, gateBias: gateBiasOf(gateBias), start: (scheme || undefined) as StartName | undefined }];
  if (!lesson) return { input: { embedding }, layers, seed };
  const { task, models } = lesson;
  const seeds = Array.from({ length: models }, (_, m) => seed + m);
  const output = 'classes' in task.output ? { classes: task.output.classes } : { values: task.output.values };
  return { input: 'vocab' in task.input ? { embedding, vocab: task.input.vocab } : task.input, layers, output, seeds };
}

/** What is read, and what is to be said about it. */
export interface Reading {
  readonly inputs: RunInputs;
  /** One a step. */
  readonly words: readonly string[];
  /** Words of the text that the network has no vector for; it does not read them. */
  readonly unknown: readonly string[];
  /** Where it is not the text that is read: what is, as a sentence. */
  readonly note: string;
}

/** Undefined where there is nothing to read. Throws OptionError for a text that is too long, or that the network cannot read. */
export function readingOf(text: string, given: readonly string[] | undefined, { lesson, opened }: Pick<NetworkRequest, 'lesson' | 'opened'>): Reading | undefined {
  const words = given ? Array.from(given, String).filter((word) => word.trim() !== '') : wordsOf(text);
  const input = opened?.spec.input ?? lesson?.task.input;
  if (!input) return words.length > 0 ? { inputs: { words }, words, unknown: [], note: '' } : undefined;
  const task = lesson && (!opened || misfitOf(lesson, opened) === '') ? lesson : undefined;
  if ('size' in input) {
    if (task) return exampleOf(task, words.length > 0 ? 'This network reads numbers and no words: shown is a sequence of its task.' : '');
    const note = `This network reads ${input.size} numbers a step and no words: every word is given numbers of its own, drawn at random.`;
    return words.length > 0 ? { inputs: { words }, words, unknown: [], note } : undefined;
  }
  if (typeof input.vocab !== 'object') throw new OptionError('vocabulary', 'This file does not say what its tokens stand for, so no text can be read with it. Give them as an alphabet or a list of words where the file was opened, or save it with them in its metadata.');
  const { known, unknown } = sortedOut(isAlphabet(input.vocab) && !given ? [...text.normalize('NFC')] : words, input.vocab);
  if (known.length > 0) return { inputs: { words: known }, words: known.map(visible), unknown, note: '' };
  return exampleOf(task, words.length > 0 ? 'This network knows none of the words of the text: shown is a sequence of its task.' : '');
}

/** Whether a network from a file that reads vectors gets them drawn for words: nobody else has any for it. */
function readsDrawnVectors({ spec }: OpenedModel, lesson: Lesson | undefined): boolean {
  return 'size' in spec.input && !(lesson && misfitOf(lesson, { spec }) === '');
}

/** Why a network from a file cannot learn a lesson, in words; empty where it can. */
export function misfitOf({ task }: Lesson, { spec: { input } }: Pick<OpenedModel, 'spec'>): string {
  if ('size' in task.input) return 'size' in input && input.size === task.input.size ? '' : `The task shows ${task.input.size} numbers a step, and the network of the file reads ${'size' in input ? input.size : 'words'}.`;
  if ('size' in input) return `The task shows words, and the network of the file reads ${input.size} numbers a step.`;
  if (typeof input.vocab !== 'object') return '';
  const { vocab } = input;
  const other = task.input.vocab.find((word, row) => word !== vocab[row]);
  return other === undefined ? '' : `The task shows other words than the network of the file reads: “${visible(other)}”, for one. Choose the task that it learned.`;
}

/** Whether a network reads a text character by character. */
export function readsCharacters({ shape: { input } }: Pick<Model, 'shape'>): boolean {
  return isAlphabet(vocabularyOf(input) ?? []);
}

/** A space is a character and no word. */
function isAlphabet(vocabulary: readonly string[]): boolean {
  return vocabulary.includes(' ');
}

/** The words that a network knows; undefined for one that reads any word. */
function vocabularyOf(input: ModelSpec['input']): readonly string[] | undefined {
  return 'embedding' in input && typeof input.vocab === 'object' ? input.vocab : undefined;
}

/** White space as a reader can see it. */
export function visible(word: string): string {
  return word === ' ' ? '␣' : word === '\n' ? '⏎' : word;
}

/** Words as the vocabulary has them, in small letters where only those are known, and those it does not have. */
export function sortedOut(words: readonly string[], vocabulary: readonly string[]): { readonly known: readonly string[]; readonly unknown: readonly string[] } {
  const listed = new Set(vocabulary);
  const found = words.map((word) => [word, word.toLowerCase()].find((form) => listed.has(form)));
  return { known: found.filter((word) => word !== undefined), unknown: [...new Set(words.filter((_, k) => found[k] === undefined))] };
}

/** Another sentence as the network reads it, its words or its characters, as far as it knows them. Throws OptionError for one that is too long. */
export function readable(text: string, { shape }: Pick<Model, 'shape'>): readonly string[] {
  const vocabulary = vocabularyOf(shape.input);
  if (!vocabulary) return wordsOf(text);
  return sortedOut(isAlphabet(vocabulary) ? [...text.normalize('NFC')] : wordsOf(text), vocabulary).known;
}

/** What a run read, as the network takes it and not as it is shown. Throws OptionError, in words, for a run that read numbers. */
export function sentenceOf({ inputs }: Tape): readonly string[] {
  const [words] = inputs.words ?? [];
  if (!words) throw new OptionError('text', 'This network reads numbers and no words, so there is no second sentence to read with it.');
  return words;
}

function exampleOf(lesson: Lesson | undefined, note: string): Reading {
  if (!lesson) throw new OptionError('text', 'This network can read none of the words of the text; type others, or give it the task that it learned.');
  const { task } = lesson;
  if ('vocab' in task.input) {
    const { words } = task.example(0);
    return { inputs: { words }, words: words.map(visible), unknown: [], note };
  }
  const { inputs } = task.heldOut(1);
  if (!('x' in inputs)) throw new Error('a task that reads vectors makes batches of vectors');
  const { x } = inputs;
  const [steps, , width] = x.shape;
  const words = Array.from({ length: steps }, (_, t) => Array.from({ length: width }, (_i, i) => String(Number(x.data[t * width + i].toFixed(2)))).join(' '));
  return { inputs: { x }, words, unknown: [], note };
}
