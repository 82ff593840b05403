/** Time as the browser itself counts it, from outside the page. */
import type { CDPSession } from 'playwright';

/** ms of processor time so far, user's and system's, as the operating system counts it: in steps of 10 on Linux. */
export async function processorTime(session: CDPSession): Promise<{ renderer: number; gpu: number }> {
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  const of = (type: string) => processInfo.filter((each) => each.type === type).reduce((sum, each) => sum + 1000 * each.cpuTime, 0);
  return { renderer: of('renderer'), gpu: of('GPU') };
}

/**
 * ms so far on a page's main thread: in scripts, and in all of its tasks.
 * @param session - the page's, with `Performance` enabled
 */
export async function threadTime(session: CDPSession): Promise<{ script: number; task: number }> {
  const { metrics } = await session.send('Performance.getMetrics');
  const of = (name: string) => 1000 * (metrics.find((metric) => metric.name === name)?.value ?? NaN);
  return { script: of('ScriptDuration'), task: of('TaskDuration') };
}
