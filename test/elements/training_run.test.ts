import { beforeEach, describe, expect, it } from 'vitest';
import { DeviceLostError, DivergedError, OptionError, type Model, type Snapshot, type Tally, type Trainer, type TrainerOptions } from '../../src/engine';
import { TrainingLoop } from '../../src/elements/training_loop';
import { reachedAt, TallyRecord } from '../../src/elements/tally_record';
import { TrainingRun, type TrainingHost } from '../../src/elements/training_run';
import { echo, flushed, HandClock } from './training_fakes';

/** A trainer that only counts. Its accuracy is the update's share of a hundred. */
class FakeTrainer {
  updates = 0;
  tallies: Tally[] = [];
  dispatches = 9;
  snapshots = 0;
  collections = 0;
  failure: Error | undefined;
  lastGood: Snapshot = { update: 0, parameters: new Map(), slots: new Map(), carried: undefined };
  released = false;
  /** Where it began. */
  #first = 0;

  constructor(
    readonly model: Model,
    readonly options: TrainerOptions,
  ) {}

  queue(count: number): void {
    this.updates += count;
  }

  async idle(): Promise<void> {
    if (this.failure instanceof DeviceLostError) throw this.failure;
  }

  async collect(): Promise<readonly Tally[]> {
    this.collections++;
    for (let update = (this.tallies.at(-1)?.update ?? this.#first) + 1; update <= this.updates; update++) this.tallies.push(tally(update, [update / 100]));
    if (this.failure) throw this.failure;
    return (this.tallies = [...this.tallies]);
  }

  async steps(count: number): Promise<Tally> {
    this.queue(count);
    await this.collect();
    return this.tallies.at(-1)!;
  }

  async snapshot(): Promise<Snapshot> {
    this.snapshots++;
    return (this.lastGood = { ...this.lastGood, update: this.updates });
  }

  restore(snapshot: Snapshot): void {
    this.updates = snapshot.update;
    this.#first = snapshot.update;
    this.tallies = this.tallies.filter(({ update }) => update <= snapshot.update);
    this.lastGood = snapshot;
    this.failure = undefined;
  }

  reset(): void {
    this.updates = 0;
    this.tallies = [];
  }

  release(): void {
    this.released = true;
  }
}

function tally(update: number, accuracy: number[]): Tally {
  return { update, loss: Float64Array.of(1 / update), accuracy: Float64Array.from(accuracy), gradientNorm: Float64Array.of(1), finite: [true], rate: 0.001, tokens: 64 };
}

let clock: HandClock;
let trainers: FakeTrainer[];
let run: TrainingRun;
let moves: boolean[];
let model: Model | undefined;
let plan: { lr: number; updates: number; untilAccuracy: number | undefined };

const newModel = () => ({ trainer: async (options: TrainerOptions) => (trainers.push(new FakeTrainer(model!, options)), trainers.at(-1) as unknown as Trainer) }) as Model;
const frames = async (count: number, milliseconds = 16) => {
  for (let frame = 0; frame < count; frame++) await clock.tick(milliseconds);
};

beforeEach(() => {
  clock = new HandClock();
  trainers = [];
  moves = [];
  model = newModel();
  plan = { lr: 0.01, updates: Infinity, untilAccuracy: undefined };
  const task = echo.make({ seed: 1, sequences: 4 });
  const host: TrainingHost = {
    model: () => model,
    plan: () => {
      if (plan.lr === 0) throw new OptionError('lr', 'a learning rate of 0 given');
      return { task, options: { optimizer: { name: 'adam', lr: plan.lr } }, updates: plan.updates, untilAccuracy: plan.untilAccuracy };
    },
    ready: async () => undefined,
    moved: async (resting) => void moves.push(resting),
    changed: () => undefined,
  };
  run = new TrainingRun(host, new TrainingLoop(clock), clock);
});

describe('training', () => {
  it('moves the weights in every frame, and reads them back at the pause and not before', async () => {
    await run.train();
    await frames(8);
    expect(run.state.status).toBe('running');
    expect(moves).toEqual(Array.from({ length: 8 }, () => false));
    expect(trainers[0].snapshots).toBe(0);
    await run.pause();
    expect(run.state).toMatchObject({ status: 'paused', updates: trainers[0].updates, message: '' });
    expect(run.state.tallies).toHaveLength(trainers[0].updates);
    expect(moves.at(-1)).toBe(true);
    expect(trainers[0].snapshots).toBe(1);
    await frames(3);
    expect(run.state.updates).toBe(trainers[0].updates);
  });

  it('goes on until it is told to pause, for a reason if one is given; single updates do not go on', async () => {
    await run.train();
    await frames(2);
    expect(run.state.goesOn).toBe(true);
    await run.pause('It rests.');
    expect(run.state).toMatchObject({ status: 'paused', goesOn: false, message: 'It rests.' });
    const stepping = run.step();
    await flushed();
    expect(run.state.goesOn).toBe(false);
    await stepping;
    expect(run.state).toMatchObject({ status: 'paused', goesOn: false, message: '' });
  });

  it('that is paused before it began has not begun', async () => {
    const training = run.train();
    const pausing = run.pause();
    await Promise.all([training, pausing]);
    expect(run.state).toMatchObject({ status: 'idle', updates: 0 });
    await frames(3);
    expect(trainers[0].updates).toBe(0);
  });

  it('asks for losses in every tenth frame, and for the weights every five seconds', async () => {
    await run.train();
    await frames(100);
    expect(trainers[0].collections).toBe(10);
    expect(trainers[0].snapshots).toBe(0);
    await frames(900);
    expect(trainers[0].snapshots).toBe(Math.floor((1000 * 16) / 5000));
  });

  it('ends at the update that was asked for, and goes on when more are', async () => {
    plan.updates = 25;
    await run.train();
    await frames(30);
    expect(run.state).toMatchObject({ status: 'paused', updates: 25, message: 'All 25 updates are done.' });
    await run.train();
    expect(run.state).toMatchObject({ status: 'paused', updates: 25 });
    plan.updates = 30;
    await run.train();
    await frames(10);
    expect(run.state.updates).toBe(30);
  });

  it('ends when it is right often enough', async () => {
    plan.untilAccuracy = 0.5;
    await run.train();
    await frames(100);
    expect(run.state).toMatchObject({ status: 'paused', message: 'The last ten updates up to 55 were right 50 % of the time.' });
  });

  it('takes a step at a time, and puts everything back', async () => {
    await run.step();
    await run.step(3);
    expect(run.state).toMatchObject({ status: 'paused', updates: 4 });
    await run.reset();
    expect(run.state).toMatchObject({ status: 'idle', updates: 0, tallies: [] });
    expect(moves.at(-1)).toBe(true);
  });

  it('takes up another learning rate where it stands', async () => {
    await run.train();
    await frames(5);
    const before = run.state.updates;
    plan.lr = 0.1;
    await run.replan();
    expect(trainers).toHaveLength(2);
    expect(trainers[1].options.optimizer).toEqual({ name: 'adam', lr: 0.1 });
    expect(trainers[1].updates).toBe(before);
    await frames(5);
    expect(run.state.updates).toBeGreaterThan(before);
    await run.pause();
    expect(run.state.tallies).toHaveLength(run.state.updates);
  });

  it('holds still while something else is computed, and goes on', async () => {
    await run.train();
    await frames(3);
    let during: number | undefined;
    const work = run.atRest(async () => {
      const before = run.state.updates;
      await frames(5);
      during = run.state.updates - before;
    });
    await work;
    expect(during).toBe(0);
    const before = run.state.updates;
    await frames(3);
    expect(run.state.updates).toBeGreaterThan(before);
  });
});

describe('what goes wrong', () => {
  it('is said, and the training that was under way stops', async () => {
    await run.train();
    await frames(3);
    plan.lr = 0;
    await run.replan();
    expect(run.state).toMatchObject({ status: 'error', message: 'a learning rate of 0 given' });
    const { updates } = run.state;
    await frames(3);
    expect(trainers[0].updates).toBe(updates);
    plan.lr = 0.01;
    await run.train();
    await frames(3);
    expect(run.state.updates).toBeGreaterThan(updates);
  });

  it('is a number that is not finite: it names the tensor, and goes back to the last good weights', async () => {
    await run.train();
    await frames(5);
    await run.pause();
    const good = run.state.updates;
    await run.train();
    await frames(4);
    trainers[0].failure = new DivergedError('weight_hh_l0', run.state.updates, 0);
    await frames(20);
    expect(run.state.status).toBe('diverged');
    expect(run.state.message).toMatch(/^Training stopped at update \d+: weight_hh_l0 is no longer a finite number/);
    await run.restoreLastGood();
    expect(run.state).toMatchObject({ status: 'paused', updates: good, message: `Back at update ${good}.` });
  });

  it('is a lost device: training goes on from the last snapshot once there is a network again', async () => {
    await run.train();
    await frames(330); // past a snapshot
    const kept = trainers[0].lastGood.update;
    expect(kept).toBeGreaterThan(0);
    trainers[0].failure = new DeviceLostError('driver reset');
    await frames(2);
    const lost = trainers[0].updates;
    expect(run.state).toMatchObject({ status: 'starting', message: `The GPU device was lost (driver reset); going on from update ${kept}…` });
    model = newModel();
    run.followModel();
    await flushed();
    expect(trainers).toHaveLength(2);
    expect(run.state).toMatchObject({ status: 'running', updates: kept, message: `The GPU device was lost (driver reset) at update ${lost}; training went on from update ${kept}.` });
    await frames(20);
    expect(trainers[1].updates).toBeGreaterThan(kept);
    // The curve goes on where the weights do: no update is told twice, and none is left out.
    await run.pause();
    expect(run.state).toMatchObject({ status: 'paused', message: '' });
    expect(run.state.tallies.map(({ update }) => update)).toEqual(Array.from({ length: run.state.updates }, (_, k) => k + 1));
  });

  it('is a lost device that is told of once more when training has gone on: that changes nothing', async () => {
    await run.train();
    await frames(2);
    let late!: (error: Error) => void;
    trainers[0].collect = () => new Promise((_, reject) => (late = reject));
    await frames(10);
    trainers[0].failure = new DeviceLostError('driver reset.');
    await frames(2);
    expect(run.state.message).toMatch(/^The GPU device was lost \(driver reset\); going on/);
    model = newModel();
    run.followModel();
    await flushed();
    late(new DeviceLostError('once more'));
    await frames(5);
    expect(trainers).toHaveLength(2);
    expect(run.state.status).toBe('running');
    expect(run.state.updates).toBeGreaterThan(0);
  });

  it('is a device that is lost twice: nothing is lost beyond the last snapshot, old or new', async () => {
    await run.train();
    await frames(330);
    const kept = trainers[0].lastGood.update;
    for (const [n, reason] of ['once', 'twice'].entries()) {
      trainers[n].failure = new DeviceLostError(reason);
      await frames(2);
      model = newModel();
      run.followModel();
      await flushed();
    }
    expect(run.state).toMatchObject({ status: 'running', updates: kept });
  });
});

it('a speed is that between two looks, and none is taken over a rest', () => {
  const record = new TallyRecord();
  record.take([tally(1, [0])]);
  expect(record.speed(100)).toBeUndefined();
  record.take([tally(1, [0]), tally(2, [0]), tally(3, [0])]);
  expect(record.speed(600)).toBe((2 * 64 * 1000) / 500);
  record.rest();
  expect(record.speed(9000)).toBeUndefined();
});

it('finds the first update at which every model was right often enough', () => {
  const tallies = Array.from({ length: 40 }, (_, k) => tally(k + 1, [k < 10 ? 0 : 1, k < 20 ? 0 : 1]));
  expect(reachedAt(tallies, 1)).toBe(30);
  expect(reachedAt(tallies, 1, 35)).toBe(36);
  expect(reachedAt(tallies.slice(0, 29), 1)).toBeUndefined();
});
