/**
 * Answers of a few words, from many kernels at once. A page asks in every frame for the range of each signal that it draws: those
 * asked for in one turn of the event loop go to the device in one submit, and one buffer brings them all back.
 */
import { ReleasedError } from '../errors';
import { record, type Command } from './command_list';
import type { Gpu } from './device';

/** Answers of one submit; what is asked for beyond goes into the next. */
const MOST = 64;

export interface Question {
  /** What finds the answer. */
  readonly command: Command;
  /** Where the kernel leaves it; cleared first. */
  readonly result: GPUBuffer;
  /** Its buffers were destroyed while it waited. */
  readonly isGone: boolean;
}

/** Those of one turn. */
interface Turn {
  /** In the order in which they are brought back. */
  readonly questions: Question[];
  readonly found: Promise<ArrayBuffer>;
}

export class SmallAnswers {
  #staging: GPUBuffer | undefined;
  #turn: Turn | undefined;
  /** One turn's answers are brought back after the other's; what is asked for meanwhile joins the next. */
  #last: Promise<unknown> = Promise.resolve();

  /** @param bytes - of each answer: whole words */
  constructor(
    private readonly gpu: Gpu,
    private readonly label: string,
    private readonly bytes: number,
  ) {}

  /** The answer to a question; who asks the same in the same turn shares it. Rejects with DeviceLostError, and with ReleasedError if what it was about is gone. */
  async ask(question: Question): Promise<ArrayBuffer> {
    if (!this.#turn || this.#turn.questions.length === MOST) this.#turn = this.#begin();
    const { questions, found } = this.#turn;
    const known = questions.findIndex(({ result }) => result === question.result);
    const place = known < 0 ? questions.push(question) - 1 : known;
    const answers = await found;
    if (question.isGone) throw new ReleasedError('tape');
    return answers.slice(place * this.bytes, (place + 1) * this.bytes);
  }

  /** Gives back what it has on the device. */
  release(): void {
    this.#staging?.destroy();
  }

  #begin(): Turn {
    const questions: Question[] = [];
    // At least a microtask later: all who were told of the same thing have asked by then.
    const turn: Turn = { questions, found: this.#last.then(() => this.#find(turn)) };
    this.#last = turn.found.catch(() => undefined);
    return turn;
  }

  async #find(turn: Turn): Promise<ArrayBuffer> {
    if (this.#turn === turn) this.#turn = undefined;
    const questions = turn.questions.map((question, place) => ({ ...question, place })).filter(({ isGone }) => !isGone);
    const { device } = this.gpu;
    const staging = (this.#staging ??= device.createBuffer({ label: `staging of ${this.label}`, size: MOST * this.bytes, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST }));
    try {
      const encoder = device.createCommandEncoder({ label: this.label });
      for (const { result } of questions) encoder.clearBuffer(result);
      record(encoder, this.label, questions.map(({ command }) => command));
      for (const { result, place } of questions) encoder.copyBufferToBuffer(result, 0, staging, place * this.bytes, this.bytes);
      device.queue.submit([encoder.finish()]);
      const bytes = turn.questions.length * this.bytes;
      await this.gpu.done(staging.mapAsync(GPUMapMode.READ, 0, bytes));
      this.gpu.check();
      return staging.getMappedRange(0, bytes).slice(0);
    } finally {
      staging.unmap();
    }
  }
}
