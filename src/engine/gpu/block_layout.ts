/**
 * How the tensors of a block's program lie in GPU memory: all of them in one buffer, their gradients in another, each
 * [M, T, B, row]. Parts of a row, and heads or groups of a part, are padded to quads of their own, and the padding is 0.
 * Beside them lies what an op keeps for itself.
 */
import { placeOf, type Program } from '../blocks/program';
import { EngineError } from '../errors';
import type { Step } from '../ops';
import type { SelectiveScanStep } from '../ops/selective_scan';
import { padded } from './layer_layout';

/** A tensor, or a part of each of its rows, in a buffer; counted in entries. */
export interface Strip {
  readonly offset: number;
  /** From row to row. */
  readonly row: number;
  /** Which entry of the unpadded row each entry is; negative for padding. */
  readonly columns: readonly number[];
  /** Heads or groups side by side, each padded. */
  readonly groups: number;
}

export interface BlockExtent {
  readonly models: number;
  readonly steps: number;
  /** Sequences, or rows of gradients. */
  readonly sequences: number;
  /** Places for the steps before the run, of states that grow; none unless given. */
  readonly earlier?: number;
}

/** Steps from one kept state of a scan to the next: CHUNK of shaders/lib/scan.wgsl. */
export const CHUNK = 16;

/** Entries from where kernels may bind a buffer: 256 bytes. */
const ALIGNMENT = 64;

/** Hands out parts of a buffer one after the other. */
export class Room {
  end = 0;

  take(entries: number): number {
    const offset = Math.ceil(this.end / ALIGNMENT) * ALIGNMENT;
    this.end = offset + entries;
    return offset;
  }
}

/** Where everything is that a run of a program keeps, or a way back. */
export class BlockLayout {
  readonly #strips = new Map<string, Strip>();
  readonly #rooms = new Map<Step, Map<string, number>>();
  /** What of the buffer is this program's. */
  readonly from: number;
  readonly to: number;

  constructor(
    readonly program: Program,
    readonly extent: BlockExtent,
    readonly of: 'run' | 'gradients',
    private readonly room: Room = new Room(),
    /** Where the output lies, if another layout has a place for it: it is what the layer above reads. */
    output?: Strip,
  ) {
    this.from = room.end;
    if (output) this.#strips.set(program.output, output);
    const joined = program.steps.flatMap((step) => (step.op === 'rotary' ? [step.y] : []));
    const apart = program.tensors.map(({ name }) => name).filter((name) => !joined.flat().includes(name) && !(output && name === program.output));
    for (const tensors of [...joined, ...apart.map((name) => [name])]) this.#placeRow(tensors);
    for (const step of program.steps) this.#rooms.set(step, new Map(Object.entries((of === 'run' ? roomsOfRun : roomsOfGradients)(program, step, extent)).map(([name, entries]) => [name, this.room.take(entries)])));
    this.to = room.end;
  }

  /** Entries of the buffer. */
  get entries(): number {
    return this.room.end;
  }

  /** A tensor, or a part of one. */
  strip(name: string): Strip {
    return this.#strips.get(name)!;
  }

  /** What an op keeps for itself: where it begins. */
  own(step: Step, name: string): number {
    return this.#rooms.get(step)!.get(name)!;
  }

  /** The same, as rows of that many entries. */
  roomStrip(step: Step, name: string, like: Strip): Strip {
    return { ...like, offset: this.own(step, name), row: like.columns.length };
  }

  /** Tensors whose rows lie side by side. */
  #placeRow(tensors: readonly string[]): void {
    const { program } = this;
    const declared = tensors.map((name) => program.tensors.find((tensor) => tensor.name === name)!);
    const row = declared.flatMap(({ parts }) => parts).reduce((sum, { name, width }) => sum + columnsOf(width, groupsOf(program, name)).length, 0);
    const { models, steps, sequences } = this.extent;
    let offset = this.room.take(models * steps * sequences * row);
    for (const { name, parts } of declared) {
      const start = offset;
      const all: number[] = [];
      for (const part of parts) {
        const groups = groupsOf(program, part.name);
        const columns = columnsOf(part.width, groups);
        this.#strips.set(part.name, { offset, row, columns, groups });
        const { from } = placeOf(program, part.name);
        all.push(...columns.map((column) => (column < 0 ? column : from + column)));
        offset += columns.length;
      }
      if (parts.length > 1 || parts[0].name !== name) this.#strips.set(name, { offset: start, row, columns: all, groups: 1 });
    }
  }
}

/** How many heads or groups, padded apart, a part of a tensor has. Throws EngineError where two ops do not agree. */
function groupsOf({ steps }: Program, name: string): number {
  const wanted = steps.flatMap((step) => {
    if (step.op === 'attend') return [step.q, step.k, step.v, step.y].includes(name) ? [step.heads] : [];
    if (step.op === 'rotary') return [...step.x, ...step.y].includes(name) ? [step.heads] : [];
    if (step.op === 'selective_scan') return groupedOf(step).includes(name) ? [step.groups] : [];
    return [];
  });
  if (wanted.some((count) => count !== wanted[0])) throw new EngineError('program', `${name} is ${wanted.join(' and ')} groups side by side; the GPU lays it out as one of them only.`);
  return wanted[0] ?? 1;
}

function groupedOf({ u, delta, deltaWeight, z, y, B, C }: SelectiveScanStep): (string | undefined)[] {
  return [u, deltaWeight ? undefined : delta, z, y, 'tensor' in B ? B.tensor : undefined, 'tensor' in C ? C.tensor : undefined];
}

/** The entries of a row of groups, each padded to quads. */
export function columnsOf(width: number, groups: number): number[] {
  const own = width / groups;
  return Array.from({ length: groups * padded(own) }, (_, i) => (i % padded(own) < own ? Math.floor(i / padded(own)) * own + (i % padded(own)) : -1));
}

/** Channels of a scan, padded group by group, and its states per channel, padded. */
export function scanSizes(program: Program, { u, groups, states, delta, deltaWeight }: SelectiveScanStep): { channels: number; states: number; rank: number } {
  const width = (name: string) => placeOf(program, name).width;
  return { channels: columnsOf(width(u), groups).length, states: padded(states), rank: delta && deltaWeight ? padded(width(delta)) : 0 };
}

/** Keys and values of earlier steps, or the gradients there, [M, P, B, ..]. */
function roomsOfEarlier({ k, v }: Extract<Step, { op: 'attend' }>, width: (name: string) => number, { models, sequences, earlier = 0 }: BlockExtent): Record<string, number> {
  const rows = models * earlier * sequences;
  return { earlier_k: rows * width(k), earlier_v: rows * width(v) };
}

/** What an op keeps of a run. */
function roomsOfRun(program: Program, step: Step, extent: BlockExtent): Record<string, number> {
  const { models, steps, sequences } = extent;
  const rows = models * steps * sequences;
  const width = (name: string) => columnsOf(placeOf(program, name).width, groupsOf(program, name)).length;
  switch (step.op) {
    case 'linear':
      return step.of ? { activated: rows * width(step.x) } : {};
    case 'attend':
      return { normalizer: models * sequences * step.heads * padded(steps), ...roomsOfEarlier(step, width, extent) };
    case 'convolution':
      return { a: rows * width(step.x), before: models * sequences * step.taps * width(step.x), after: models * sequences * step.taps * width(step.x), firsts: rows * 4 };
    case 'selective_scan': {
      const { channels, states } = scanSizes(program, step);
      return { delta: rows * channels, ungated: rows * channels, states: (Math.ceil(steps / CHUNK) + 1) * models * sequences * states * channels, rates: models * states * channels, sides: models * 2 * step.groups * states, firsts: rows * 4 };
    }
    case 'linear_scan':
      return { before: models * sequences * width(step.h), after: models * sequences * width(step.h) };
    default:
      return {};
  }
}

/** What an op needs for itself on the way back. */
function roomsOfGradients(program: Program, step: Step, extent: BlockExtent): Record<string, number> {
  const { models, steps, sequences } = extent;
  const rows = models * steps * sequences;
  const width = (name: string) => columnsOf(placeOf(program, name).width, groupsOf(program, name)).length;
  switch (step.op) {
    case 'norm':
      return { d_weight: rows * width(step.x) };
    case 'attend':
      return roomsOfEarlier(step, width, extent);
    case 'convolution':
      return { d_a: rows * width(step.x), before: models * sequences * step.taps * width(step.x), after: models * sequences * step.taps * width(step.x), parts: models * sequences * (step.taps + 1) * width(step.x) };
    case 'selective_scan': {
      const { channels, states } = scanSizes(program, step);
      const ofStates = models * sequences * states * channels;
      const sides = step.groups * states;
      return {
        d_ungated: rows * channels,
        d_raw: rows * channels,
        parts: models * sequences * (states + 1) * channels,
        before: ofStates,
        after: ofStates,
        sums: models * sequences * step.groups * CHUNK * 2 * SCAN_GROUP * 4,
        B: 'parameter' in step.B ? rows * sides : 0,
        C: 'parameter' in step.C ? rows * sides : 0,
      };
    }
    case 'linear_scan':
      return { before: models * sequences * width(step.h), after: models * sequences * width(step.h) };
    default:
      return {};
  }
}

/** Invocations of a workgroup of shaders/kernels/scan_forward.wgsl, and of scan_backward.wgsl. */
export const SCAN_FORWARD_GROUP = 16;
export const SCAN_GROUP = 32;
