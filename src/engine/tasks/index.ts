/** The list of tasks: the one place to touch when adding one. */
import { OptionError } from '../errors';
import { adding } from './adding';
import { agreement } from './agreement';
import { characters } from './characters';
import { copyMemory } from './copy_memory';
import { dyck } from './dyck';
import { embeddedReber } from './embedded_reber';
import { inductionHeads } from './induction_heads';
import { keyedLatch } from './keyed_latch';
import { multiQueryRecall } from './multi_query_recall';
import { selectiveCopy } from './selective_copy';
import type { Task } from './task';
import { temporalOrder } from './temporal_order';

export const tasks: readonly Task[] = [agreement, keyedLatch, adding, characters, temporalOrder, embeddedReber, copyMemory, selectiveCopy, inductionHeads, multiQueryRecall, dyck];

/** The task of that name. Throws OptionError with the list of names there are. */
export function taskNamed(name: string): Task {
  const task = tasks.find((candidate) => candidate.name === name);
  if (task) return task;
  throw new OptionError('task', `There is no task "${name}"; available are ${tasks.map((known) => known.name).join(', ')}.`);
}
