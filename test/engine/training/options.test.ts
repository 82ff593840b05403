// How a model is to be trained, and what from: everything that does not fit is refused in words that say what would.
import { describe, expect, test } from 'vitest';
import { createEngine, LARGEST_RATE, NonFiniteError, OptionError, ShapeError, type Batch, type BatchSource, type ModelSpec, type TrainerOptions } from '../../../src/engine/index';
import { checkedSchedule } from '../../../src/engine/training/schedule';
import { checkedTraining } from '../../../src/engine/training/training';
import { normal } from '../drawn_case';
import { echo, echoSpec } from './echo';
import { refused } from './refused';

const engine = await createEngine({ device: 'cpu' });

async function training(options: Partial<TrainerOptions>, spec: ModelSpec = echoSpec()) {
  const model = await engine.model(spec);
  return checkedTraining(model.shape, model.parameters, { task: echo(), ...options });
}

describe('an option is refused by name:', () => {
  const optimizer = (more: Record<string, unknown>) => ({ optimizer: { name: 'adam', ...more } }) as Partial<TrainerOptions>;
  test.each<[string, Partial<TrainerOptions>, string[]]>([
    ['a learning rate of 0', optimizer({ lr: 0 }), ['lr', 'learning rate of 0', 'nothing would be learned']],
    ['a negative one', optimizer({ lr: -0.1 }), ['-0.1', 'above 0']],
    ['one of a thousand million', optimizer({ lr: 1e9 }), ['1000000000', `largest allowed is ${LARGEST_RATE}`]],
    ['one that is no number', optimizer({ lr: NaN }), ['NaN']],
    ['an optimiser that there is not', { optimizer: { name: 'lion' } }, ['"lion"', 'adam, adamw, rmsprop, sgd']],
    ['an option of another optimiser', optimizer({ momentum: 0.9 }), ['optimizer.momentum', '"adam" has lr, beta1']],
    ['a β of 1', optimizer({ beta1: 1 }), ['optimizer.beta1', '1 given', 'below 1']],
    ['a β that is a word', optimizer({ beta2: 'much' }), ['optimizer.beta2', 'much']],
    ['an ε of 0', optimizer({ eps: 0 }), ['optimizer.eps', '0 given']],
    ['a flag that is neither', { optimizer: { name: 'sgd', nesterov: 0.5 } }, ['optimizer.nesterov', 'true or false']],
    ['an option of training that there is not', { learningRate: 1 } as Partial<TrainerOptions>, ['learningRate', 'optimizer, schedule']],
    ['clipping in two ways', { clip: 1, clipValue: 1 }, ['clip and clipValue', 'one of them']],
    ['clipping at 0', { clip: 0 }, ['clip:', '0 given']],
    ['clipping at infinity', { clipValue: Infinity }, ['clipValue:', 'Infinity']],
    ['no batch for an update', { accumulate: 0 }, ['accumulate', '0 given']],
    ['half a batch', { accumulate: 1.5 }, ['accumulate', '1.5']],
    ['labels smoothed away', { labelSmoothing: 1 }, ['labelSmoothing', '1 given']],
    ['everything dropped', { dropout: 1 }, ['dropout', '1 given']],
    ['less than nothing dropped', { dropout: -0.1 }, ['dropout', '-0.1']],
    ['a seed that is no whole number', { seed: 0.5 }, ['seed', '0.5']],
    ['a frozen parameter that there is not', { frozen: ['bias_ih', 'weight_peep_i'] }, ['"weight_peep_i"', 'weight_ih_l0']],
    ['a schedule that there is not', { schedule: { name: 'linear' } as never }, ['"linear"', 'constant, cosine']],
    ['a cosine without an end', { schedule: { name: 'cosine', updates: 0 } }, ['schedule.updates', '0 given']],
    ['a floor above 1', { schedule: { name: 'cosine', updates: 9, floor: 2 } }, ['schedule.floor', '2 given']],
    ['a warm-up that is no whole number', { schedule: { name: 'cosine', updates: 9, warmUp: 0.5 } }, ['schedule.warmUp', '0.5']],
    ['no task', { task: undefined as never }, ['task', 'batch(k)']],
  ])('%s', (_, options, parts) => refused(training(options), OptionError, ...parts));

  test('state carried through a layer that reads from the end', () =>
    refused(training({ carryState: true }, echoSpec({ layers: [{ cell: 'gru', hidden: 3, bidirectional: true }] })), OptionError, 'carryState', 'both directions'));

  test('state carried on from sequences that end early', () => {
    const { inputs } = echo().batch(0);
    const classes = { shape: [6, 8], data: Array.from({ length: 48 }, (_, row) => (row === 47 ? -1 : 0)) };
    const task = { batch: () => ({ inputs: { ...inputs, lengths: [6, 6, 6, 6, 6, 6, 6, 5] }, targets: { classes } }) };
    return refused(training({ carryState: true, task }), OptionError, 'carryState', 'end early');
  });

  test('smoothed labels where there are none', () => {
    const task = { batch: () => ({ inputs: { tokens: { shape: [2, 1], data: [0, 1] } }, targets: { values: normal([2, 1, 4], 1, 'v') } }) };
    return refused(training({ labelSmoothing: 0.1, task }), OptionError, 'labelSmoothing', 'numbers');
  });
});

test('what is left out has the defaults of torch.optim', async () => {
  const { optimizer, rate, settings, clip, accumulate, labelSmoothing, dropout, carryState, frozen, seed } = await training({});
  expect({ name: optimizer.name, rate, settings, clip, accumulate, labelSmoothing, dropout, carryState, frozen: [...frozen], seed }).toEqual({
    name: 'adam',
    rate: 1e-3,
    settings: { beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 0 },
    clip: undefined,
    accumulate: 1,
    labelSmoothing: 0,
    dropout: 0,
    carryState: false,
    frozen: [],
    seed: 0,
  });
  expect((await training({ optimizer: { name: 'rmsprop' } })).rate).toBe(0.01);
  expect((await training({ optimizer: { name: 'sgd', momentum: 0.9, nesterov: true } })).settings).toEqual({ momentum: 0.9, nesterov: 1, weightDecay: 0 });
  expect((await training({ optimizer: { name: 'sgd', lr: LARGEST_RATE } })).rate).toBe(LARGEST_RATE);
});

test('a frozen name without a layer means every layer and direction', async () => {
  const spec = echoSpec({ layers: [{ cell: 'gru', hidden: 3, bidirectional: true }, { cell: 'rnn', hidden: 2 }] });
  expect([...(await training({ frozen: ['bias_hh', 'head.bias', 'weight_ih_l0'] }, spec)).frozen]).toEqual(['bias_hh_l0', 'bias_hh_l0_reverse', 'bias_hh_l1', 'head.bias', 'weight_ih_l0']);
});

describe('a task that does not fit the model is refused with what would:', () => {
  const batch = echo().batch;
  const words = ['a', 'b', 'c', 'd'];
  const vectors: ModelSpec['input'] = { size: 3 };
  test.each<[string, Omit<BatchSource, 'batch'>, Partial<ModelSpec>, string[]]>([
    ['no head', {}, { output: undefined }, ['no head', 'output: { classes }']],
    ['fewer classes', { output: { classes: 9 } }, {}, ['9 classes', 'scores 4', 'output: { classes: 9 }']],
    ['another number of numbers', { output: { values: 1 } }, { output: { values: 2 } }, ['1 numbers', 'tells 2', 'output: { values: 1 }']],
    ['words for a model of vectors', { input: { vocab: words } }, { input: vectors }, ['shows words', 'vectors', '4 words']],
    ['vectors for a model of words', { input: { size: 2 } }, {}, ['vectors of 2', 'reads words', 'input: { size: 2 }']],
    ['vectors of another width', { input: { size: 2 } }, { input: vectors }, ['vectors of 2', 'reads 3', 'input: { size: 2 }']],
    ['any words at all', { input: { vocab: words } }, { input: { embedding: 4 } }, ['no closed vocabulary', '4 words']],
    ['too small a vocabulary', { input: { vocab: [...words, 'e'] } }, {}, ['5 words', 'vocabulary has 4']],
    ['other words', { input: { vocab: words } }, { input: { embedding: 4, vocab: ['a', 'b', 'x', 'd'] } }, ['word 2', '"c"', '"x"']],
  ])('%s', (_, source, spec, parts) => refused(training({ task: { ...source, batch } }, echoSpec(spec)), OptionError, 'task', ...parts));

  test('a larger head and the same words do', async () => {
    await training({ task: { input: { vocab: words }, output: { classes: 3 }, batch } }, echoSpec({ input: { embedding: 4, vocab: words } }));
    await training({ task: { input: { vocab: words }, output: { classes: 4 }, batch } }, echoSpec({ input: { embedding: 4, vocab: 6 } }));
  });
});

describe('a batch is refused by what is wrong in it:', () => {
  const good = echo().batch(0);
  const classesWith = (at: number, value: number): Batch => ({ ...good, targets: { classes: { shape: [6, 8], data: Array.from(good.targets.classes.data, (each, i) => (i === at ? value : each)) } } });
  test.each<[string, unknown, typeof OptionError | typeof ShapeError, string[]]>([
    ['nothing in it', {}, OptionError, ['inputs', 'targets']],
    ['a token beyond the vocabulary', { ...good, inputs: { tokens: { shape: [6, 8], data: Array.from({ length: 48 }, () => 4) } } }, OptionError, ['tokens', '0 to 3']],
    ['vectors', { ...good, inputs: { x: normal([6, 8, 4], 1, 'x') } }, OptionError, ['x:', 'reads words']],
    ['a class beyond the head', classesWith(20, 4), OptionError, ['entry 20 is 4', '0 to 3', '-1']],
    ['half a class', classesWith(20, 0.5), OptionError, ['entry 20 is 0.5']],
    ['a class below −1', classesWith(20, -100), OptionError, ['entry 20 is -100']],
    ['too few targets', { ...good, targets: { classes: { shape: [5, 8], data: [] } } }, ShapeError, ['targets.classes', '[6, 8]']],
    ['no targets', { ...good, targets: {} }, ShapeError, ['targets.classes', 'nothing']],
    ['nothing asked for', { ...good, targets: { classes: { shape: [6, 8], data: Array.from({ length: 48 }, () => -1) } } }, OptionError, ['nothing is asked for']],
    ['something asked for after a sequence’s end', { inputs: { ...good.inputs, lengths: [6, 6, 6, 6, 6, 6, 6, 2] }, targets: good.targets }, OptionError, ['step 2 of sequence 7', 'has 2 steps']],
    ['values of another width', { ...good, targets: { values: normal([6, 8, 3], 1, 'v') } }, ShapeError, ['targets.values', '[6, 8, 4]']],
    ['a mask of halves', { ...good, targets: { values: normal([6, 8, 4], 1, 'v'), asked: { shape: [6, 8], data: Array.from({ length: 48 }, () => 0.5) } } }, OptionError, ['targets.asked', 'entry 0 is 0.5']],
  ])('%s', (_, batch, type, parts) => refused(training({ task: { batch: () => batch as Batch } }), type, ...parts));

  test('a value that is no number', () =>
    refused(training({ task: { batch: () => ({ ...good, targets: { values: { shape: [6, 8, 4], data: Array.from({ length: 192 }, (_, i) => (i === 7 ? NaN : 0)) } } }) } }), NonFiniteError, 'targets.values', 'entry 7'));
});

describe('the learning rate', () => {
  test('stays, unless told otherwise', () => {
    expect([1, 2, 1000].map(checkedSchedule())).toEqual([1, 1, 1]);
  });

  test('goes up over the warm-up, down half a cosine to the floor, and stays there', () => {
    const along = checkedSchedule({ name: 'cosine', updates: 100, floor: 0.1, warmUp: 10 });
    const expected = (u: number) => Math.min(1, u / 10) * (0.1 + 0.9 * 0.5 * (1 + Math.cos((Math.PI * u) / 100)));
    for (const u of [1, 5, 10, 11, 50, 99, 100]) expect(along(u)).toBeCloseTo(expected(u), 15);
    expect(along(50)).toBeCloseTo(0.55, 15);
    expect(along(100)).toBe(0.1);
    expect(along(5000)).toBe(0.1);
  });

  test('of a cosine without floor and warm-up starts near 1 and ends at 0', () => {
    const along = checkedSchedule({ name: 'cosine', updates: 4 });
    expect(along(2)).toBeCloseTo(0.5, 15);
    expect(along(4)).toBe(0);
  });
});
