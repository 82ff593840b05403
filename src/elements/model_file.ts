/** Files of networks, in and out: fetched when the first one is opened or saved. */
import { saveModel, type Model, type ModelSpec, type SavedRun, type SavedTask } from '../engine';
import { namedNumbers } from './named_numbers';
import type { LessonProperties } from './training_plan';

export { openModel } from '../engine';

/**
 * A network, and its training if there was any, as a file that the reader keeps.
 *
 * @param run - where the training is; undefined where nothing was trained. Throws OptionError for what no file can hold.
 */
export function savedFile(spec: ModelSpec, model: Model, run: Omit<SavedRun, 'task'> | undefined, lesson: LessonProperties): Uint8Array<ArrayBuffer> {
  return run ? saveModel({ spec, run: { ...run, task: savedTask(lesson) } }) : saveModel({ spec, weights: model.parameters });
}

function savedTask({ task, taskSettings, taskText, seed, batch }: LessonProperties): SavedTask | undefined {
  if (!task) return undefined;
  const settings = namedNumbers('task-settings', taskSettings, 'a setting, a colon and a number, as in distance:10');
  return { name: typeof task === 'string' ? task : task.name, seed, sequences: batch, settings, ...(taskText ? { text: taskText } : {}) };
}
