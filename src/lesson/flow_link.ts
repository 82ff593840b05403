/**
 * A gradient experiment as it stands in the address: `gain-1.5~cell-lstm`, only what differs from how its figure starts.
 * Made of characters that an address leaves as they are.
 */
import { OptionError } from '../engine';
import { checkClip, checkFlowSettings, FLOW_RANGES, type FlowSettings } from '../elements/flow_settings';

/** The figures that are experiments; each has its own setting in the address. */
export type FlowFigure = 'vanishing' | 'exploding';

export interface FlowState extends FlowSettings {
  /** The distance under the cursor. */
  readonly at: number;
  /** The length the gradient is clipped to; 0 for none. */
  readonly clip: number;
}

const start: FlowState = { cell: 'rnn', matrix: 'orthogonal', gain: 0.9, drive: 1, bias: 1, units: 64, seed: 1, distance: 100, at: 30, clip: 0 };

/** How the figures start. */
export const flowDefaults: Readonly<Record<FlowFigure, FlowState>> = {
  vanishing: start,
  exploding: { ...start, cell: 'rnn_linear', gain: 1.75, drive: 0.3, distance: 200 },
};

/** Empty for a figure that stands as it starts. */
export function writtenFlow(figure: FlowFigure, state: FlowState): string {
  return (Object.keys(start) as (keyof FlowState)[])
    .filter((name) => state[name] !== flowDefaults[figure][name])
    .map((name) => `${name}-${state[name]}`)
    .join('~');
}

/** Reads what `writtenFlow` wrote. What makes no sense is left as the figure starts, and complained about. */
export function readFlow(figure: FlowFigure, text: string, complaints: string[] = []): FlowState {
  let state = flowDefaults[figure];
  for (const pair of text.split('~').filter(Boolean)) {
    const cut = pair.indexOf('-');
    const [name, written] = [pair.slice(0, cut), pair.slice(cut + 1)];
    try {
      if (cut < 0 || !Object.hasOwn(start, name)) throw new OptionError(name, `“${pair.slice(0, 40)}” is no setting of it.`);
      const isNumber = name === 'at' || name === 'clip' || Object.hasOwn(FLOW_RANGES, name);
      const value = isNumber ? numberIn(written) : written;
      const next = { ...state, [name]: value } as FlowState;
      checkFlowSettings(name === 'at' ? { ...next, distance: Math.max(1, next.at) } : next);
      checkClip(next.clip);
      state = next;
    } catch (error) {
      complaints.push(`The figure “${figure}” in this link: ${(error as Error).message.slice(0, 160)}`);
    }
  }
  return state;
}

function numberIn(text: string): number {
  return /^-?\d{1,15}(\.\d{1,9})?$/.test(text) ? Number(text) : NaN;
}
