/** When a page draws its next frame, and what time it is: the two things that a loop driven by frames asks of a page. */
export interface PageClock {
  /** Calls back in the next frame; never while the page is hidden. Returns what calls it off. */
  frame(callback: () => void): () => void;
  /** Milliseconds. */
  now(): number;
}

export const pageClock: PageClock = {
  frame(callback) {
    const frame = requestAnimationFrame(callback);
    return () => cancelAnimationFrame(frame);
  },
  now: () => performance.now(),
};
