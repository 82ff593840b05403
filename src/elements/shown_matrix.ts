/**
 * The matrix that a heatmap has on display. A new one takes its place when its range is known, and its numbers too
 * where they are what is painted; until then the old one stays. The run that a matrix comes from is held for as long
 * as the matrix is on display or about to be.
 */
import type { SignalExtent, Tape } from '../engine';
import type { Matrix } from './matrix';
import type { EntryAt } from './paint/canvas_painter';
import { codingFor, logCodingFor, stickyDecades, stickyLimit, symmetric, type Coding, type ColourRange } from './range';
import { NEARLY_NOTHING, surveyOf } from './survey';

/** Why there is no picture: nothing to draw, not yet, it cannot be, or what held the numbers is gone. */
export type Absence = 'empty' | 'loading' | 'error' | 'device-lost';

/** While numbers move, the ends of a range are looked after at most so often. */
const LOOK_MILLISECONDS = 500;

export class ShownMatrix {
  /** What is drawn, in the range that its legend states. */
  matrix: Matrix | undefined;
  coding: Coding = codingFor({ min: -1, max: 1 });
  /** The numbers, once they were needed. */
  entries: EntryAt | undefined;
  /** Why nothing is drawn, in words and in one. */
  message = '';
  absence: Absence = 'empty';
  /** What is not as it should be with what is drawn. */
  remark = '';

  #target: Matrix | undefined;
  #letGo: () => void = () => undefined;
  #limits = new Map<string, number>();
  #decades = new Map<string, ColourRange>();
  #reading = false;
  /** Whose numbers could not be fetched: asking again would fail again. */
  #unreadable: Matrix | undefined;
  #revision = 0;
  #lookedAt = -Infinity;
  #looking = false;

  /** @param changed - called when something arrived */
  constructor(private readonly changed: () => void) {}

  /** Puts a matrix on display, and holds its run. Showing the same again does nothing. */
  show(matrix: Matrix, tape: Tape | undefined): void {
    if (matrix === this.#target) return;
    let letGo: () => void = () => undefined;
    try {
      if (tape) letGo = tape.hold();
    } catch (error) {
      this.clear(messageOf(error), 'error');
      return;
    }
    this.#target = matrix;
    this.message = '';
    if (matrix.scaling === 'log') return this.#showByLogarithm(matrix, letGo);
    const numbers = matrix.storage ? Promise.resolve(matrix.at) : matrix.read();
    if (matrix.fixedRange && (matrix.storage || matrix.at)) {
      this.#install(matrix, letGo, symmetric(matrix.fixedRange), matrix.at);
      void matrix.extent().then(
        ({ finite }) => this.#doubt(matrix, finite),
        () => undefined, // a run that is gone by now has been replaced
      );
      return;
    }
    this.#await(matrix, letGo, Promise.all([numbers, matrix.extent()]), ([entries, { largest, finite }]) => {
      this.#install(matrix, letGo, matrix.fixedRange ? symmetric(matrix.fixedRange) : this.#rangeOf(matrix, largest), entries);
      this.#doubt(matrix, finite);
    });
  }

  /** A logarithmic scale ends at the smallest number too. */
  #showByLogarithm(matrix: Matrix, letGo: () => void): void {
    if (matrix.storage) return this.#showStoredByLogarithm(matrix, letGo);
    const show = (entries: EntryAt) => {
      const { least, most, remark } = surveyOf(matrix, entries);
      this.#install(matrix, letGo, this.#decadesOf(matrix, least, most), entries);
      this.remark ||= remark;
    };
    if (matrix.at) show(matrix.at);
    else this.#await(matrix, letGo, matrix.read(), show);
  }

  /** On the GPU a few bytes tell where the scale ends; the numbers are fetched only if they left what a float32 holds. */
  #showStoredByLogarithm(matrix: Matrix, letGo: () => void): void {
    this.#await(matrix, letGo, matrix.extent(), ({ smallest, largest, finite }) => {
      this.#install(matrix, letGo, this.#decadesFor(matrix, { largest, smallest }), undefined);
      if (!finite) this.#doubt(matrix, finite);
      else if (smallest < NEARLY_NOTHING) this.#survey(matrix);
    });
  }

  #decadesFor(matrix: Matrix, { largest, smallest }: Pick<SignalExtent, 'largest' | 'smallest'>): ColourRange {
    return largest > 0 ? this.#decadesOf(matrix, Math.log10(smallest), Math.log10(largest)) : this.#decadesOf(matrix, Infinity, -Infinity);
  }

  #decadesOf(matrix: Matrix, least: number, most: number): ColourRange {
    const decades = matrix.fixedRange ?? stickyDecades(this.#decades.get(matrix.key), least, most);
    this.#decades.set(matrix.key, decades);
    return decades;
  }

  #await<Found>(matrix: Matrix, letGo: () => void, found: Promise<Found>, show: (found: Found) => void): void {
    found.then(
      (result) => {
        if (this.#target !== matrix) return letGo();
        show(result);
        this.changed();
      },
      (error: unknown) => {
        letGo();
        if (this.#target !== matrix) return;
        this.clear(messageOf(error), 'error');
        this.changed();
      },
    );
  }

  /**
   * Follows numbers that became others where the GPU keeps them: the picture is painted from there anyhow; what was fetched
   * is forgotten, and where the range depends on the numbers it is looked after, now and then while they move.
   */
  follow({ revision, moving }: { readonly revision: number; readonly moving: boolean }): void {
    const { matrix } = this;
    if (revision === this.#revision || !matrix?.storage) return;
    this.#revision = revision;
    const wanted = this.entries !== undefined;
    this.entries = undefined;
    if (wanted) this.need();
    const due = !moving || performance.now() - this.#lookedAt > LOOK_MILLISECONDS;
    if (!due || this.#looking || (matrix.fixedRange && matrix.scaling === 'linear')) return;
    this.#looking = true;
    this.#lookedAt = performance.now();
    void matrix
      .extent()
      .then(
        (extent) => {
          if (this.matrix !== matrix || !extent.finite) return;
          this.#recode(matrix.scaling === 'log' ? this.#decadesFor(matrix, extent) : this.#rangeOf(matrix, extent.largest), matrix);
          this.changed();
        },
        () => undefined, // a run that is gone by now has been replaced
      )
      .finally(() => (this.#looking = false));
  }

  /** Takes what is on display away, and says why. */
  clear(message: string, absence: Absence): void {
    this.#letGo();
    this.#letGo = () => undefined;
    this.#target = this.matrix = this.entries = undefined;
    this.message = message;
    this.absence = absence;
    this.remark = '';
  }

  /** Fetches the numbers of what is on display, once. */
  need(): void {
    const { matrix } = this;
    if (!matrix || this.entries || this.#reading || this.#unreadable === matrix) return;
    this.#fetch(matrix);
  }

  #fetch(matrix: Matrix): void {
    this.#reading = true;
    const revision = this.#revision;
    matrix
      .read()
      .then(
        (entries) => {
          if (this.matrix === matrix) this.entries = entries;
        },
        (error: unknown) => {
          this.#unreadable = matrix;
          if (this.matrix === matrix) this.remark = messageOf(error);
        },
      )
      .finally(() => {
        this.#reading = false;
        // Numbers that became others on the way stand until those are here.
        if (this.matrix === matrix && this.#revision !== revision && this.#unreadable !== matrix) this.#fetch(matrix);
        this.changed();
      });
  }

  #install(matrix: Matrix, letGo: () => void, range: ColourRange, entries: EntryAt | undefined): void {
    this.#letGo();
    this.#letGo = letGo;
    this.matrix = matrix;
    this.entries = entries;
    this.remark = matrix.remark;
    this.#recode(range, matrix);
  }

  #recode(range: ColourRange, matrix: Matrix): void {
    const { min, max, scaling } = this.coding;
    if (range.min !== min || range.max !== max || scaling !== matrix.scaling) this.coding = matrix.scaling === 'log' ? logCodingFor(range) : codingFor(range);
  }

  #rangeOf(matrix: Matrix, largest: number): ColourRange {
    const limit = stickyLimit(this.#limits.get(matrix.key), largest);
    this.#limits.set(matrix.key, limit);
    return matrix.signed ? { min: -limit, max: limit } : { min: 0, max: limit };
  }

  #doubt(matrix: Matrix, finite: boolean): void {
    if (finite || this.matrix !== matrix || this.remark) return;
    this.remark = 'Some entries are not finite numbers and are striped.';
    this.changed();
    this.#survey(matrix);
  }

  /** Fetches the numbers to say in words where they went wrong. */
  #survey(matrix: Matrix): void {
    void matrix.read().then(
      (entries) => {
        if (this.matrix !== matrix) return;
        this.remark = surveyOf(matrix, entries).remark || this.remark;
        this.changed();
      },
      () => undefined, // a run that is gone by now has been replaced
    );
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
