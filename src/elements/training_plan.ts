/** From the properties of an `<rnn-model>` to what is learned and how. Throws OptionError for what makes no sense. */
import { LARGEST_RATE, OptionError, type MadeTask, type Task } from '../engine';
import { namedNumbers } from './named_numbers';
import type { Lesson } from './network';
import type { TrainingPlan } from './training_run';

/** The properties that say what a network learns. */
export interface LessonProperties {
  readonly task: string | Task;
  readonly taskSettings: string | Readonly<Record<string, number>>;
  /** For tasks that read one. */
  readonly taskText: string;
  readonly seed: number;
  readonly seeds: number;
  readonly batch: number;
}

/** The properties that say how. */
export interface TrainingProperties {
  readonly optimizer: string;
  readonly lr: number;
  readonly clip: number;
  readonly updates: number;
  readonly until: number;
}

/** More sequences, or networks, than a page has use for. */
const MOST_SEQUENCES = 1024;
const MOST_MODELS = 64;

/** The latest lesson stays the same object while it is the same lesson: a task may have much to prepare. */
export class LessonMaker {
  #lesson: Lesson | undefined;
  #made: readonly unknown[] = [];
  #count = 0;

  /** @param named - finds a task by its name */
  constructor(private readonly named: (name: string) => Task) {}

  /** Undefined where nothing is to be learned. */
  lessonFor({ task, taskSettings, taskText, seed, seeds, batch }: LessonProperties): Lesson | undefined {
    if (!task) return undefined;
    const models = wholeNumber('seeds', seeds, MOST_MODELS);
    const sequences = wholeNumber('batch', batch, MOST_SEQUENCES);
    const found = typeof task === 'string' ? this.named(task) : task;
    const settings = namedNumbers('task-settings', taskSettings, 'a setting, a colon and a number, as in distance:10');
    const parts = [found, JSON.stringify(settings), taskText, seed, sequences];
    if (!this.#lesson || parts.some((part, k) => part !== this.#made[k])) {
      const made = found.make({ seed, sequences, settings, text: taskText || undefined });
      this.#made = parts;
      this.#lesson = { task: made, key: ++this.#count, models };
    } else if (this.#lesson.models !== models) this.#lesson = { ...this.#lesson, models };
    return this.#lesson;
  }
}

/** How the task is to be learned. */
export function planFor(task: MadeTask, { optimizer, lr, clip, updates, until }: TrainingProperties): TrainingPlan {
  if (!(lr > 0 && lr <= LARGEST_RATE)) throw new OptionError('lr', `lr: a learning rate of ${lr} given; it must be above 0 and at most ${LARGEST_RATE}, and 0.001 to 0.1 is usual.`);
  if (!(updates >= 0)) throw new OptionError('updates', `updates: ${updates} given; it must be a whole number, or 0 for no end.`);
  if (!(until >= 0 && until <= 1)) throw new OptionError('until', `until: ${until} given; it must be a part of 1, as in 0.98, or 0.`);
  if (!(clip >= 0 && clip < Infinity)) throw new OptionError('clip', `clip: ${clip} given; it must be a length above 0, or 0 for none.`);
  return {
    task,
    options: { optimizer: { name: optimizer, lr }, ...(clip > 0 ? { clip } : {}) },
    updates: updates || Infinity,
    untilAccuracy: until || undefined,
  };
}

function wholeNumber(option: string, value: number, most: number): number {
  if (Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw new OptionError(option, `${option}: ${value} given; it must be a whole number from 1 to ${most}.`);
}
