import { describe, expect, it } from 'vitest';
import { BUDGET, MOST_A_FRAME, TrainingLoop, type Trainee } from '../../src/elements/training_loop';
import { flushed, HandClock } from './training_fakes';

/** Something that trains: an update takes so many milliseconds, or is done when the test says so. */
class FakeTrainee implements Trainee {
  wanted = Infinity;
  queued: number[] = [];
  failure: unknown;
  done: (() => void)[] = [];

  constructor(
    private readonly clock: HandClock,
    private readonly milliseconds: number | 'by hand' = 0,
  ) {}

  readonly trainer = {
    queue: (count: number) => void this.queued.push(count),
    idle: async () => {
      if (this.milliseconds === 'by hand') await new Promise<void>((resolve) => this.done.push(resolve));
      else this.clock.time += this.milliseconds * this.queued[this.queued.length - 1];
    },
  };

  moved(count: number): void {
    this.wanted -= count;
  }

  failed(error: unknown): void {
    this.failure = error;
  }
}

async function trained(milliseconds: number, frames: number): Promise<{ clock: HandClock; loop: TrainingLoop; trainee: FakeTrainee }> {
  const clock = new HandClock();
  const loop = new TrainingLoop(clock);
  const trainee = new FakeTrainee(clock, milliseconds);
  loop.enter(trainee);
  for (let frame = 0; frame < frames; frame++) await clock.tick();
  return { clock, loop, trainee };
}

describe('updates in a frame', () => {
  it('grow while they are done early, up to a limit', async () => {
    const { trainee } = await trained(0.01, 40);
    expect(trainee.queued.slice(0, 3)).toEqual([1, 2, 3]);
    expect(trainee.queued.at(-1)).toBe(MOST_A_FRAME);
  });

  it('settle where they fill the budget, not more', async () => {
    const { trainee } = await trained(2, 60);
    const last = trainee.queued.at(-1)!;
    expect(2 * last).toBeLessThanOrEqual(1.25 * BUDGET);
    expect(2 * last).toBeGreaterThanOrEqual(0.5 * BUDGET);
  });

  it('are one where a single one is too slow already', async () => {
    const { trainee } = await trained(100, 10);
    expect(new Set(trainee.queued)).toEqual(new Set([1]));
  });

  it('are the same for all that train', async () => {
    const clock = new HandClock();
    const loop = new TrainingLoop(clock);
    const [slow, quick] = [new FakeTrainee(clock, 1), new FakeTrainee(clock, 0.01)];
    loop.enter(slow);
    loop.enter(quick);
    for (let frame = 0; frame < 30; frame++) await clock.tick();
    expect(slow.queued).toEqual(quick.queued);
    expect(slow.queued.length).toBe(30);
  });
});

it('has no more than two frames under way', async () => {
  const clock = new HandClock();
  const loop = new TrainingLoop(clock);
  const trainee = new FakeTrainee(clock, 'by hand');
  loop.enter(trainee);
  for (let frame = 0; frame < 5; frame++) await clock.tick(1);
  expect(trainee.queued).toEqual([1, 1]);
  trainee.done.shift()!();
  await flushed();
  await clock.tick();
  expect(trainee.queued).toHaveLength(3);
});

it('rests while the page draws no frames, and goes on when it does', async () => {
  const { clock, trainee } = await trained(1, 3);
  const before = trainee.queued.length;
  clock.time += 3_600_000; // hidden for an hour
  await flushed();
  expect(trainee.queued.length).toBe(before);
  await clock.tick();
  expect(trainee.queued.length).toBe(before + 1);
  expect(trainee.queued.at(-1)).toBeGreaterThan(0);
});

it('stops where it should, to the update', async () => {
  const clock = new HandClock();
  const loop = new TrainingLoop(clock);
  const trainee = new FakeTrainee(clock, 0.01);
  trainee.wanted = 20;
  loop.enter(trainee);
  for (let frame = 0; frame < 30; frame++) await clock.tick();
  expect(trainee.queued.reduce((sum, count) => sum + count, 0)).toBe(20);
});

it('lets one that fails go, tells it once, and trains the others', async () => {
  const clock = new HandClock();
  const loop = new TrainingLoop(clock);
  const [broken, sound] = [new FakeTrainee(clock), new FakeTrainee(clock)];
  broken.trainer.idle = () => Promise.reject(new Error('gone'));
  loop.enter(broken);
  loop.enter(sound);
  for (let frame = 0; frame < 4; frame++) await clock.tick();
  expect(broken.failure).toEqual(new Error('gone'));
  expect(broken.queued).toHaveLength(1);
  expect(sound.queued).toHaveLength(4);
});

it('asks for no frame once all have left, and leaving waits for what is queued', async () => {
  const clock = new HandClock();
  const loop = new TrainingLoop(clock);
  const trainee = new FakeTrainee(clock, 'by hand');
  loop.enter(trainee);
  await clock.tick();
  let left = false;
  void loop.leave(trainee).then(() => (left = true));
  await flushed();
  expect(left).toBe(false);
  trainee.done.shift()!();
  await flushed();
  expect(left).toBe(true);
  await clock.tick();
  expect(clock.waiting).toBe(0);
  expect(trainee.queued).toHaveLength(1);
});
