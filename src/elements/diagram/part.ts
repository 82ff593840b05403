/** What a diagram of a layer is made of. A layout says where everything is; `<rnn-cell-diagram>` draws it with live numbers. */

/** A number beside a wire, by its name in the reading. */
export interface WireNumber {
  readonly value: string;
  readonly x: number;
  readonly y: number;
  readonly anchor?: 'start' | 'middle' | 'end';
}

/** What is written beside a wire. */
export interface WireName {
  /** With `_` before an index: `c_t−1`. */
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly anchor?: 'start' | 'middle' | 'end';
}

/** A box in which something non-linear happens. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** The symbol it gives, and its function. */
  readonly symbol: string;
  readonly function: string;
  /** The number in it, and the ends between which a gauge shows it. */
  readonly value: string;
  readonly ends: readonly [number, number];
}

/** A pointwise product or sum. */
export interface Joint {
  readonly x: number;
  readonly y: number;
  readonly sign: '×' | '+';
}

/** Some wires, boxes and numbers that mean one thing and light together. */
export interface Part {
  /** The symbol whose colour it has. */
  readonly name: string;
  /** Symbols that light it, its own among them. */
  readonly lights: readonly string[];
  /** What it is, in words; its numbers are said after it. */
  readonly label: string;
  /** Path data; each ends with an arrow unless it only leads to another. */
  readonly wires?: readonly { readonly d: string; readonly arrow?: boolean; readonly dashed?: boolean }[];
  readonly names?: readonly WireName[];
  readonly numbers?: readonly WireNumber[];
  readonly boxes?: readonly Box[];
  readonly joints?: readonly Joint[];
}

export interface Diagram {
  readonly width: number;
  readonly height: number;
  /** In the order in which they are computed, and read out. */
  readonly parts: readonly Part[];
}

/** An equation as it is written, and with numbers in place of the letters. */
export interface DiagramEquation {
  readonly written: string;
  /** From the first `=` on. */
  readonly numbers: string;
}

/** The numbers of one unit at one step, by the names that a diagram and its equations have for them. */
export interface DiagramReading {
  /** What the layer is called. */
  readonly title: string;
  /** Places count from 0. */
  readonly step: number;
  readonly unit: number;
  readonly values: Readonly<Record<string, number>>;
  readonly equations: readonly DiagramEquation[];
  /** What else is to be said of the place; empty for a cell. */
  readonly note: string;
}
