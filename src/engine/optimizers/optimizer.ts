/**
 * An optimiser: how one entry of a parameter follows its gradient. It never sees a tensor, a model or a schedule; the
 * engines apply it to every entry. One file each, with a twin in shaders/optimizers/ of the same name, in the same line order.
 */

/** What a caller may set, besides the learning rate. Names and defaults are those of `torch.optim`. */
export interface OptimizerOption {
  readonly name: string;
  readonly default: number;
  readonly least: number;
  /** Inclusive, unless `below`. */
  readonly most: number;
  readonly below?: boolean;
  /** Set by true or false, which count as 1 and 0. */
  readonly flag?: boolean;
}

/** The numbers that an update needs, the same for every entry: at most eight, in float32 on the GPU. */
export type UpdateNumbers = readonly number[];

export interface Optimizer {
  /** Its name in options, files and menus: `sgd`, `adam`. */
  readonly name: string;
  readonly title: string;
  /** Learning rate unless given, as in `torch.optim`. */
  readonly rate: number;
  /** What it keeps for each entry, 0 at first, under PyTorch's names: `exp_avg`. At most two. */
  readonly slots: readonly string[];
  readonly options: readonly OptimizerOption[];
  readonly equations: readonly string[];
  /**
   * What an update needs of its options, its learning rate and its number.
   * @param update - 1 for the first
   */
  numbers(options: Readonly<Record<string, number>>, rate: number, update: number): UpdateNumbers;
  /** One entry p, with gradient d, after the update; `slots` likewise. */
  update(p: number, d: number, slots: readonly number[], numbers: UpdateNumbers): { readonly p: number; readonly slots: readonly number[] };
}
