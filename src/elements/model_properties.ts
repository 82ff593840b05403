/**
 * The properties of an `<rnn-model>`, and what another value of each means: another network, another lesson, another way to
 * learn it, or the same drawn differently.
 */
import type { PropertyValues } from 'lit';
import { property } from 'lit/decorators.js';
import type { GivenVocabulary, LayerSpec, Task } from '../engine';
import { numberAttribute, optionalNumberAttribute } from './attributes';
import { MarkupElement } from './markup_element';
import type { DeviceChoice } from './shared_engine';
import type { WeightEdit } from './weight_edits';

type Names = readonly PropertyKey[];

/** Other values of these make another network, whose weights are elsewhere. */
const SHAPING: Names = ['layers', 'cell', 'units', 'embedding'] satisfies (keyof ModelProperties)[];

/** Other values of these start training anew. */
const STARTING: Names = [...SHAPING, ...(['seed', 'gain', 'start', 'gateBias', 'edits', 'task', 'taskSettings', 'taskText', 'seeds', 'optimizer', 'batch', 'device'] satisfies (keyof ModelProperties)[])];

/** Of them, those that say what is learned. */
const TEACHING: Names = ['task', 'taskSettings', 'taskText', 'seed', 'seeds', 'batch'] satisfies (keyof ModelProperties)[];

/** These are asked for anew while training goes on. */
const LEARNING: Names = ['lr', 'clip', 'updates', 'until'] satisfies (keyof ModelProperties)[];

/** These change what is drawn of a run, or how a file is read, and not the run. */
const APART: Names = ['lossUnit', 'lossStep', 'vocabulary', 'pick'] satisfies (keyof ModelProperties)[];

export abstract class ModelProperties extends MarkupElement {
  /** What the network reads, a word a step. */
  @property() text = '';

  /** Words to read instead of the text. */
  @property({ attribute: false }) words: readonly string[] | undefined;

  /** `rnn`, `rnn_relu`, `rnn_linear`, `lstm`, `lstm_peephole`, `lstm_nofg`, `lstm_1997`, `gru` or `gru_reset_before`. */
  @property() cell = 'lstm';

  /** How many units the state has; the attribute is `hidden`. */
  @property({ attribute: 'hidden', converter: numberAttribute(8) }) units = 8;

  /**
   * A stack of layers, in the place of one layer of `cell`: `mamba state:8, attention heads:2, lstm hidden:16 f:3`, or a list
   * as the engine takes it, also as JSON. Blocks are as wide as what they read; a cell has `hidden` units unless it says
   * otherwise. Gain, start and gate bias are then the layers' own.
   */
  @property() layers: string | readonly LayerSpec[] = '';

  /** Fixes the weights and the word vectors. */
  @property({ converter: numberAttribute(1) }) seed = 1;

  /** Width of the word vectors. */
  @property({ converter: numberAttribute(16) }) embedding = 16;

  /** Multiplies the recurrent weights that it starts with. */
  @property({ converter: numberAttribute(1) }) gain = 1;

  /** How its weights start: `pytorch`, `xavier`, `orthogonal` or `identity`. */
  @property() start = '';

  /** Biases of gates, whole and the same for all units, as `f:3` or `f:3 i:-1` (or as an object): random unless given. */
  @property({ attribute: 'gate-bias' }) gateBias: string | Readonly<Record<string, number>> = '';

  /** The unit of the state that gradients are of, from 0; the cursor's unless given. */
  @property({ attribute: 'loss-unit', converter: optionalNumberAttribute }) lossUnit: number | undefined;

  /** The step after which it is taken, from 0; the last unless given. */
  @property({ attribute: 'loss-step', converter: optionalNumberAttribute }) lossStep: number | undefined;

  /**
   * Weights changed by hand, in the place of what the seed, gain and gate bias make them. They stand while those change,
   * and the text too; another cell, number of units or width of the word vectors drops them all, unless new ones come
   * with it. Setting this fires no event, except for what has to be dropped.
   */
  @property({ attribute: false }) edits: readonly WeightEdit[] = [];

  /** The address of a safetensors file with a trained network, in the place of what the properties describe. While it cannot be opened, the network before stays. */
  @property() src = '';

  /** What the tokens of a file stand for, where it does not say: an alphabet, words between spaces or lines, JSON, or a list. */
  @property() vocabulary: GivenVocabulary = '';

  /** The recurrent module of a file that is opened, where it has several; the first unless given. */
  @property() pick = '';

  /** What the network is to learn: the name of a task, or a task. It reads an example of it where the text has no word that it knows. */
  @property() task: string | Task = '';

  /** Numbers that set how hard the task is, as `distance:10` (or as an object). */
  @property({ attribute: 'task-settings' }) taskSettings: string | Readonly<Record<string, number>> = '';

  /** The reader's own text, for tasks that are made of one. */
  @property({ attribute: 'task-text' }) taskText = '';

  /** How many networks learn side by side, on the same sequences: from this seed and those that follow it. */
  @property({ converter: numberAttribute(1) }) seeds = 1;

  /** Sequences of one update. */
  @property({ converter: numberAttribute(32) }) batch = 32;

  /** What moves the weights: `adam`, `adamw`, `sgd`, `rmsprop`. */
  @property() optimizer = 'adam';

  /** Its learning rate. Another one takes effect where training stands. */
  @property({ converter: numberAttribute(0.003) }) lr = 0.003;

  /** Largest length of the gradient, which is shortened to it; 0 for none. */
  @property({ converter: numberAttribute(1) }) clip = 1;

  /** Training pauses after so many updates in all; 0 for no end. */
  @property({ converter: numberAttribute(0) }) updates = 0;

  /** It pauses once the mean accuracy of the last ten updates is as high in every model, from 0 to 1; 0 for never. */
  @property({ converter: numberAttribute(0) }) until = 0;

  /** What computes: `auto` (the GPU where there is one), `gpu` or `cpu`. */
  @property() device: DeviceChoice = 'auto';
}

/** What other values mean. */
export interface Change {
  /** Another network, in which weights changed by hand have no place. */
  readonly reshapes: boolean;
  /** Training begins anew: for another start, or, unless what is learned stays the same, for another lesson. */
  readonly restarts: 'start' | 'lesson' | undefined;
  /** Training goes on in another way. */
  readonly relearns: boolean;
  /** The run stays as it is. */
  readonly keepsRun: boolean;
  /** The file that is open is read otherwise. */
  readonly rereads: boolean;
}

export function changeOf(changed: PropertyValues): Change {
  const names = [...changed.keys()];
  const starting = names.filter((name) => STARTING.includes(name));
  return {
    reshapes: names.some((name) => SHAPING.includes(name)),
    restarts: starting.length === 0 ? undefined : starting.every((name) => TEACHING.includes(name)) ? 'lesson' : 'start',
    relearns: names.some((name) => LEARNING.includes(name)),
    keepsRun: names.length > 0 && names.every((name) => APART.includes(name) || LEARNING.includes(name)),
    rereads: changed.has('vocabulary') || changed.has('pick'),
  };
}
