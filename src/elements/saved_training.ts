/** What the file of a training asks of an `<rnn-model>`, and how it is called. */
import { optimizerNamed, type ModelSpec, type SavedRun } from '../engine';
import type { LessonProperties, TrainingProperties } from './training_plan';

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
