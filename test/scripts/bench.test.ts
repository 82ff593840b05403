/** What the bench makes of its figures; the figures themselves come from `npm run bench`. */
import { describe, expect, it, test } from 'vitest';
import { caseNamed, cases, gpuCases, multiplyAdds } from '../../bench/cases';
import { chart } from '../../bench/chart';
import { goalVerdicts } from '../../bench/dawn/verdicts';
import { entrants, OURS } from '../../bench/contenders';
import type { CaseResult, Outcome, Timing } from '../../bench/contest';
import { deviation } from '../../bench/correct';
import { exponent } from '../../bench/exponent';
import { floor } from '../../bench/floor';
import { layerWeights, sequencesFirst, transposed } from '../../bench/peers/layout';
import { spread } from '../../bench/spread';
import { caseTable, targetTable } from '../../bench/table';
import { liveVerdicts, ratio, targets, verdicts } from '../../bench/targets';

function timed(wall: number, renderer: number, gpu: number): Outcome {
  const same = (time: number) => ({ median: time, least: time, most: time });
  const timing: Timing = { repetitions: 3, wall: same(wall), thread: 0.4, cpu: { renderer, gpu }, coldStart: same(700), dispatches: 5, passes: 1, submits: 1, maps: 1, made: 0 };
  return { state: 'timed', deviation: 1e-7, timing };
}

const result: CaseResult = {
  case: caseNamed('forward lstm M'),
  outcomes: { [OURS]: timed(100, 10, 90), tfjs_webgpu: timed(500, 100, 1400), onnx_webgpu: { state: 'wrong', deviation: 0.1 }, jax: { state: 'failed', reason: 'out of memory' }, tfjs_wasm: { state: 'absent' } },
};

describe('cases', () => {
  it('have names of their own', () => {
    const names = cases(true).map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  it('leave L and XL to a full run', () => {
    expect(cases(false).filter(({ name }) => name.endsWith('L'))).toEqual([]);
    expect(cases(true).filter(({ name }) => name.endsWith('L'))).toHaveLength(8);
  });

  it('count the products of a layer: B·T·G·H·(I + H), three times and the head for an update', () => {
    expect(multiplyAdds(caseNamed('forward lstm M'))).toBe(32 * 64 * 4 * 128 * 256);
    expect(multiplyAdds(caseNamed('training lstm M'))).toBe(3 * 32 * 64 * (4 * 128 * 192 + 128 * 64));
  });
});

test('every target is about a case and a contender that exist', () => {
  const peers = entrants.map(({ name }) => name);
  for (const target of targets) {
    expect(() => caseNamed(target.case)).not.toThrow();
    expect(peers).toContain(target.peer);
  }
});

describe('ratios', () => {
  it("are the peer's time over ours, of both processes", () => {
    expect(ratio(result, 'tfjs_webgpu', 'cpu')).toBe(15);
    expect(ratio(result, 'tfjs_webgpu', 'wall')).toBe(5);
  });

  it('do not exist for who was wrong, failed, absent or not asked', () => {
    for (const peer of ['onnx_webgpu', 'jax', 'tfjs_wasm', 'onnx_wasm']) expect(ratio(result, peer, 'cpu')).toBeUndefined();
  });

  it('meet a target when they reach it, and neither meet nor miss it without two times', () => {
    const found = verdicts([result]).filter(({ asked }) => asked.endsWith('×'));
    expect(found.map(({ measure, met }) => [measure, met])).toEqual([['TF.js WebGPU, CPU', true], ['ONNX Runtime WebGPU, CPU', undefined], ['jax-js WebGPU, CPU', undefined]]);
    const slower = { ...result, outcomes: { ...result.outcomes, [OURS]: timed(100, 10, 91) } };
    expect(verdicts([slower])[0].met).toBe(false);
  });

  it('of other cells are held to what the LSTM reached against the same peer', () => {
    const gru = { case: caseNamed('forward gru M'), outcomes: { [OURS]: timed(50, 5, 45), tfjs_webgpu: timed(400, 50, 690), jax: timed(1, 1, 1) } };
    const [found, ...others] = verdicts([result, gru]).filter(({ about }) => about === 'forward gru M');
    expect(found).toEqual({ about: 'forward gru M', measure: 'TF.js WebGPU, CPU', asked: '≥ 15 × (as the LSTM)', found: '14.8 ×', met: false });
    expect(others).toEqual([]);
  });

  it('of other cells are not asked of a peer that leaves them to the processor', () => {
    const [ours, theirs] = [timed(50, 5, 45), timed(400, 50, 690)];
    if (theirs.state !== 'timed') throw new Error('it is timed');
    const rnn = { case: caseNamed('forward rnn M'), outcomes: { [OURS]: ours, tfjs_webgpu: { ...theirs, timing: { ...theirs.timing, dispatches: 0 } } } };
    expect(verdicts([result, rnn]).filter(({ about }) => about === 'forward rnn M')).toEqual([]);
  });
});

describe('deviation', () => {
  it('is the largest difference, as a part of the largest magnitude expected', () => {
    expect(deviation([1, -3.5], [1, -4])).toBe(0.125);
  });

  it('is infinite for numbers that are missing, too many or not numbers', () => {
    expect(deviation([], [1])).toBe(Infinity);
    expect(deviation([1, 2], [1])).toBe(Infinity);
    expect(deviation([NaN, 1], [1, 1])).toBe(Infinity);
    expect(deviation([1, NaN], [1, 1])).toBe(Infinity);
  });
});

test('a spread has the middle of an odd count, and the mean of the two middle ones of an even one', () => {
  expect(spread([3, 1, 2])).toEqual({ median: 2, least: 1, most: 3 });
  expect(spread([4, 1, 2, 3])).toEqual({ median: 2.5, least: 1, most: 4 });
});

test('an exponent is that of the power through the points', () => {
  expect(exponent([[1, 3], [10, 300], [100, 30_000]])).toBeCloseTo(2, 12);
  expect(exponent([[2, 5], [8, 5]])).toBeCloseTo(0, 12);
});

describe('tables', () => {
  it('say of who was wrong that it was, and give it no time', () => {
    const line = caseTable(result, undefined).split('\n').find((each) => each.startsWith('ONNX Runtime WebGPU'));
    expect(line).toMatch(/^ONNX Runtime WebGPU {2}wrong: off by 1\.0e-1, not timed$/);
  });

  it('say what was missed, the cold start too', () => {
    const text = targetTable(verdicts([result]));
    expect(text).toMatch(/TF\.js WebGPU, CPU.*15\.0 ×\s+met/);
    expect(text).toMatch(/jax-js WebGPU.*not timed/);
    expect(text).toMatch(/cold start.*≤ 500 ms\s+700 ms\s+MISSED/);
    expect(text).toContain('1 met, 1 missed, 2 not judged');
  });
});

test('a page that trains is told of what it reads back, but for ranges, losses and snapshots', () => {
  const same = { median: 1.5, least: 1, most: 9 };
  const live = { engine: '', seconds: 1, script: same, task: same, frames: 60, updates: 60, submits: 120, mostInFlight: 3, made: [], reads: { staging: { count: 4, bytes: 12 }, 'staging of snapshot': { count: 1, bytes: 90_000 }, signal: { count: 2, bytes: 90_000 } } };
  expect(liveVerdicts(live).map(({ measure, found, met }) => [measure, found, met])).toEqual([
    ['scripts in a frame', '1.50 ms', true],
    ['tensors read back', '2', false],
    ['submits under way', '3', false],
    ['GPU objects made', '0', true],
  ]);
});

test('a chart has a bar for each contender that was timed, and names the machine', () => {
  const svg = chart({ date: '2026-11-22T00:00:00Z', adapter: 'an <adapter>', browser: 'Chromium 156', processors: 2, cases: [result] });
  expect(svg.match(/<rect /g)).toHaveLength(2);
  expect(svg).toContain('an &lt;adapter>, Chromium 156, 2 processors, 2026-11-22');
});

test('a floor is the longer of arithmetic and copying, and the way there and back', () => {
  const what = caseNamed('product 512');
  const rates = { multiplyAdds: 512 ** 3 / 10, bytes: 1e9, dispatchGap: 0, roundTrip: 2, answer: 3 };
  expect(floor(what, rates)).toBe(12);
  expect(floor(what, { ...rates, bytes: 512 ** 2 })).toBe(14);
});

describe('layouts', () => {
  const named = (rows: number[]) => ({ shape: [rows.length, 1], data: rows });
  const weights = { weight_ih_l0: named([1, 2, 3, 4]), weight_hh_l0: named([5, 6, 7, 8]), bias_ih_l0: named([1, 2, 3, 4]), bias_hh_l0: named([0, 0, 0, 0]) };

  it("are ONNX's i o f g and Keras' i f g o, from PyTorch's i f g o", () => {
    expect([...layerWeights(weights, 'lstm', 'onnx').w_ih]).toEqual([1, 4, 2, 3]);
    expect([...layerWeights(weights, 'lstm', 'keras').w_hh]).toEqual([5, 6, 7, 8]);
  });

  it('exchange r and z of a GRU', () => {
    const three = Object.fromEntries(Object.entries(weights).map(([name, { data }]) => [name, named(data.slice(0, 3))]));
    expect([...layerWeights(three, 'gru', 'onnx').w_ih]).toEqual([2, 1, 3]);
    expect([...layerWeights(three, 'gru_reset_before', 'keras').w_hh]).toEqual([6, 5, 7]);
  });

  it('transpose matrices, and put sequences before steps', () => {
    expect([...transposed([1, 2, 3, 4, 5, 6], 2, 3)]).toEqual([1, 4, 2, 5, 3, 6]);
    expect([...sequencesFirst(Int32Array.of(1, 2, 3, 4, 5, 6, 7, 8), 2, 2, 2)]).toEqual([1, 2, 5, 6, 3, 4, 7, 8]);
  });
});

describe('the goals on a discrete GPU', () => {
  const walls = (ours: number, theirs: number) => {
    const at = (wall: number) => ({ state: 'timed', deviation: 0, timing: { repetitions: 1, wall: spread([wall]), cpu: 1, first: 1, calls: { dispatches: 3, passes: 1, submits: 1, maps: 1, made: 0 } } }) as const;
    return { case: caseNamed('training lstm M'), outcomes: { [OURS]: at(ours), tfjs_webgpu: at(theirs) } };
  };
  const questions = { products: { step: 3, products: 2 }, frame: { wall: 9 } };

  it('are met or missed', () => {
    const found = goalVerdicts({ questions, cases: [walls(1, 25)] }, false);
    expect(found.map(({ found: what, met }) => [what, met])).toEqual([['25.0 ×', true], ['1.50 ×', true], ['9.00 ms', false]]);
  });

  it('are not asked of software, whose figures are told', () => {
    const found = goalVerdicts({ questions, cases: [walls(1, 25)] }, true);
    expect(found.map(({ met }) => met)).toEqual([undefined, undefined, undefined]);
    expect(found.map(({ asked }) => asked)).toEqual(['≥ 20 × on a discrete GPU', '≤ 1.6 × on a discrete GPU', '≤ 8 ms on a discrete GPU']);
  });

  it('are about cases that exist', () => {
    const names = gpuCases(true).map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const name of ['forward lstm M', 'training lstm M', 'forward lstm H512', 'training lstm H512']) expect(names).toContain(name);
  });
});
