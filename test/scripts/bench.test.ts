/** What the bench makes of its figures; the figures themselves come from `npm run bench`. */
import { describe, expect, it, test } from 'vitest';
import { caseNamed, cases, multiplyAdds } from '../../bench/cases';
import { chart } from '../../bench/chart';
import { entrants, OURS } from '../../bench/contenders';
import { deviation, type CaseResult, type Outcome, type Timing } from '../../bench/contest';
import { floor } from '../../bench/floor';
import { layerWeights, sequencesFirst, transposed } from '../../bench/peers/layout';
import { spread } from '../../bench/spread';
import { caseTable, targetTable } from '../../bench/table';
import { ratio, targets, verdicts } from '../../bench/targets';

function timed(wall: number, renderer: number, gpu: number): Outcome {
  const same = (time: number) => ({ median: time, least: time, most: time });
  const timing: Timing = { repetitions: 3, wall: same(wall), call: same(1), cpu: { renderer, gpu }, coldStart: same(700), dispatches: 5, passes: 1, submits: 1, maps: 1, made: 0 };
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
    const found = verdicts([result]);
    expect(found.map(({ peer, met }) => [peer, met])).toEqual([['tfjs_webgpu', true], ['onnx_webgpu', undefined], ['jax', undefined]]);
    const slower = { ...result, outcomes: { ...result.outcomes, [OURS]: timed(100, 10, 91) } };
    expect(verdicts([slower])[0].met).toBe(false);
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

describe('tables', () => {
  it('say of who was wrong that it was, and give it no time', () => {
    const line = caseTable(result, undefined).split('\n').find((each) => each.startsWith('ONNX Runtime WebGPU'));
    expect(line).toMatch(/^ONNX Runtime WebGPU {2}wrong: off by 1\.0e-1, not timed$/);
  });

  it('say what was missed, the cold start too', () => {
    const text = targetTable(verdicts([result]), [result]);
    expect(text).toMatch(/TF\.js WebGPU.*15\.0 ×\s+met/);
    expect(text).toMatch(/jax-js WebGPU.*not timed/);
    expect(text).toMatch(/cold start.*≤ 500 ms\s+700 ms\s+MISSED/);
  });
});

test('a chart has a bar for each contender that was timed, and names the machine', () => {
  const svg = chart({ date: '2026-11-22T00:00:00Z', adapter: 'an <adapter>', browser: 'Chromium 156', processors: 2, cases: [result] });
  expect(svg.match(/<rect /g)).toHaveLength(2);
  expect(svg).toContain('an &lt;adapter>, Chromium 156, 2 processors, 2026-11-22');
});

test('a floor is the longer of arithmetic and copying, and the way there and back', () => {
  const what = caseNamed('product 512');
  const rates = { multiplyAdds: 512 ** 3 / 10, bytes: 1e9, dispatchGap: 0, roundTrip: 2 };
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
