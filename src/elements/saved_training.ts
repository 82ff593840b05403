/** A network, and its training if there was any, as a file that the reader keeps; and what such a file asks of an `<rnn-model>`. */
import { optimizerNamed, saveModel, type Model, type ModelSpec, type SavedRun, type SavedTask } from '../engine';
import type { LessonProperties, TrainingProperties } from './training_plan';
import { namedNumbers } from './named_numbers';

/** @param run - where the training is; undefined where nothing was trained. Throws OptionError for what no file can hold. */
export function savedFile(spec: ModelSpec, model: Model, run: Omit<SavedRun, 'task'> | undefined, lesson: LessonProperties): Uint8Array<ArrayBuffer> {
  return run ? saveModel({ spec, run: { ...run, task: savedTask(lesson) } }) : saveModel({ spec, weights: model.parameters });
}

function savedTask({ task, taskSettings, taskText, seed, batch }: LessonProperties): SavedTask | undefined {
  if (!task) return undefined;
  const settings = namedNumbers('task-settings', taskSettings, 'a setting, a colon and a number, as in distance:10');
  return { name: typeof task === 'string' ? task : task.name, seed, sequences: batch, settings, ...(taskText ? { text: taskText } : {}) };
}

/** What a run was set up with, as the properties of the element that goes on with it. */
export function propertiesOf({ task, options }: SavedRun, { seeds }: ModelSpec): Partial<LessonProperties & TrainingProperties> {
  const { optimizer, clip = 0 } = options;
  const name = optimizer?.name ?? 'adam';
  const learned = task && { task: task.name, taskSettings: task.settings ?? {}, taskText: task.text ?? '', seed: task.seed, batch: task.sequences };
  return { ...learned, seeds: seeds?.length ?? 1, optimizer: name, lr: optimizer?.lr ?? optimizerNamed(name).rate, clip };
}

/** `lstm-keyed_latch-update-300.safetensors` */
export function fileNameOf(layers: string, { task }: LessonProperties, updates: number): string {
  const parts = [layers, ...(task ? [typeof task === 'string' ? task : task.name] : []), ...(updates > 0 ? [`update-${updates}`] : [])];
  return `${parts.join('-')}.safetensors`;
}
