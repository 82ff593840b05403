/** How much work a block's program is, in multiply-adds: what dispatches are cut up by. */
import { placeOf, widthOf, type Program } from '../blocks/program';
import type { Step } from '../ops';

/** Of a program there or back, for one step of one sequence among so many steps. */
export function workPerStep(program: Program, steps: number): number {
  return program.steps.reduce((sum, step) => sum + stepWork(program, step, steps), 0);
}

/** Of one line of it. */
export function stepWork(program: Program, step: Step, steps: number): number {
  const width = (name: string) => widthOf(program, name);
  switch (step.op) {
    case 'linear':
      return width(step.x) * width(step.y);
    case 'attend':
      return 2 * steps * (width(step.q) + width(step.v));
    case 'selective_scan':
      return 6 * width(step.u) * step.states + (step.deltaWeight && step.delta ? width(step.u) * width(step.delta) : 0);
    case 'convolution':
      return 3 * step.taps * width(step.x);
    default:
      return 4 * placeOf(program, 'x').width;
  }
}
