/** What is said of training, in words and numbers: to the eye, and now and then to a screen reader. */
import type { MadeTask, Tally } from '../engine';
import type { RunState } from './text_run';
import { decimal } from './signed_number';
import type { TrainingState } from './training_run';

/** Losses and accuracies of single updates jump; these are means over so many. */
const WINDOW = 10;

/** The last updates together, over all models. */
export interface Recent {
  readonly update: number;
  readonly loss: number;
  /** Undefined for tasks that ask for numbers. */
  readonly accuracy: number | undefined;
  readonly gradientNorm: number;
  /** Updates that the means are over. */
  readonly over: number;
}

/** Undefined before the first update. */
export function recentOf(tallies: readonly Tally[]): Recent | undefined {
  const last = tallies.slice(-WINDOW);
  if (last.length === 0) return undefined;
  const { update } = last[last.length - 1];
  const over = (values: (tally: Tally) => Float64Array) => mean(last.map((tally) => mean(values(tally))));
  const accuracy = last[0].accuracy && over((tally) => tally.accuracy!);
  return { update, loss: over(({ loss }) => loss), accuracy, gradientNorm: over(({ gradientNorm }) => gradientNorm), over: last.length };
}

/** A part of 1 as a percentage: `98.4 %`. */
export function percent(part: number): string {
  return `${(100 * part).toFixed(1).replace(/\.0$/, '')} %`;
}

/** A number of things a second: `1.2 million`, `84,000`. */
export function rate(perSecond: number): string {
  if (perSecond >= 1e6) return `${(perSecond / 1e6).toFixed(1)} million`;
  return Number(perSecond.toPrecision(2)).toLocaleString('en');
}

/** How training stands, in a sentence for a screen reader. */
export function spokenState({ status, message, updates, tallies }: TrainingState): string {
  const recent = recentOf(tallies);
  const numbers = recent ? ` Loss ${decimal(recent.loss)}${recent.accuracy === undefined ? '' : `, ${percent(recent.accuracy)} right`}.` : '';
  if (status === 'idle' || status === 'starting') return message;
  if (status === 'running') return `Training, update ${updates}.${numbers}`;
  if (status === 'paused') return `${message || 'Training is paused.'} ${updates} updates done.${numbers}`;
  return message;
}

/** What a network that learns does not read of a text, or reads in its place; empty where it reads it all. */
export function readingNote({ unknown, note }: Pick<RunState, 'unknown' | 'note'>): string {
  if (note || unknown.length === 0) return note;
  const [shown, more] = [unknown.slice(0, 6), unknown.length - 6];
  const words = shown.map((word) => `“${word}”`).join(', ');
  return `This network never met ${words}${more > 0 ? ` and ${more} more` : ''} in training: it has no vector for ${unknown.length > 1 ? 'them' : 'it'} and reads the rest.`;
}

/** What guessing gets, to hold the numbers against. */
export function chanceOf({ chance, output }: MadeTask): string {
  return 'classes' in output ? `guessing: ${percent(chance)}` : `best constant: ${decimal(chance)}`;
}

function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
}
