/** Ways to carry out work that pauses: all at once, or in slices that leave room for frames and clicks. */

/** Longest stretch of work between two frames on a page's own thread: half a frame at 60 Hz. */
export const SLICE_MILLISECONDS = 8;

/** Carries out the work without a break. */
export function toEnd<Result>(work: Generator<void, Result>): Result {
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
}

/** Carries out the work in slices, with other tasks in between. Rejects with the signal's reason once it is aborted. */
export async function inSlices<Result>(work: Generator<void, Result>, abort?: AbortSignal, milliseconds = SLICE_MILLISECONDS): Promise<Result> {
  for (;;) {
    abort?.throwIfAborted();
    // A slice ends at the last pause before its time, about a millisecond early, rather than at the first one after it.
    const end = performance.now() + milliseconds - 1;
    do {
      const step = work.next();
      if (step.done) return step.value;
    } while (performance.now() < end);
    await nextTask();
  }
}

/** Settles in a task of its own; timers would be held back in nested calls and in hidden tabs, messages are not. */
function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.addEventListener('message', () => {
      port1.close();
      resolve();
    });
    port1.start();
    port2.postMessage(undefined);
  });
}
