/** What `<rnn-cell-diagram>` needs of a layer: its picture, and how the numbers in it are read. A recurrent cell, attention or Mamba. */
import { isRecurrent, layerTitle, type BlockLayer, type Layer, type ModelShape, type RecurrentLayer, type Tape } from '../../engine';
import { readCell } from '../cell_reading';
import { insteadOfGates, lastCell } from '../last_layer';
import { attentionDiagram } from './attention_layout';
import { attentionSignals, readAttention } from './attention_reading';
import { cellDiagram } from './cell_layout';
import { mambaDiagram } from './mamba_layout';
import { channelsOf, MAMBA_SIGNALS, readMamba } from './mamba_reading';
import type { Diagram, DiagramReading } from './part';

/** Where the reader looks. */
export interface DiagramPlace {
  readonly step: number;
  readonly unit: number;
  /** Of Mamba; the unit's own number unless given. */
  readonly channel: number | undefined;
}

export interface DrawnLayer {
  readonly diagram: Diagram;
  /** Signals whose numbers it is read from, whole. */
  readonly signals: readonly string[];
  /** @param signals - those, in their order, of the first model and sequence */
  read(tape: Tape, signals: readonly ArrayLike<number>[], words: readonly string[], place: DiagramPlace): Promise<DiagramReading>;
}

/** Whether there is a picture of such a layer. */
export function hasPicture(layer: Layer): boolean {
  return isRecurrent(layer) ? layer.width === layer.hidden && cellDiagram(layer.cell) !== undefined : Object.hasOwn(ofBlocks, layer.block.name);
}

/** The layer that is drawn unless one is asked for: the last that has a cell, or else the last that has a picture at all. */
export function layerToDraw(shape: ModelShape): number {
  const drawable = shape.layers.findLastIndex(hasPicture);
  return lastCell(shape)?.index ?? (drawable < 0 ? shape.layers.length - 1 : drawable);
}

/** Throws, in words, for a layer that has no picture. */
export function drawnLayer(shape: ModelShape, index: number): DrawnLayer {
  const layer = shape.layers[index];
  if (!layer) throw new Error(`layer: ${index} given; this network has layers 0 to ${shape.layers.length - 1}.`);
  if (isRecurrent(layer)) return ofCell(layer, index);
  if (!hasPicture(layer)) throw new Error(`${layerTitle(layer)} has no cell, and no picture here. ${insteadOfGates(layer)}`);
  return ofBlocks[layer.block.name](layer, index);
}

function ofCell({ cell, hidden: units, width }: RecurrentLayer, layer: number): DrawnLayer {
  const diagram = cellDiagram(cell);
  if (width !== units || !diagram) throw new Error(`There is no picture of this ${cell.title}: its state is a projection, and no unit has a number of its own there.`);
  return {
    diagram,
    signals: cell.states.map(({ name }) => name),
    async read(tape, states, _words, { step, unit }) {
      const own = Math.min(unit, units - 1);
      const reading = await readCell(tape, { cell, units, layer }, states, step, own);
      return { title: `the ${cell.title}`, step, unit: own, values: reading.values, equations: reading.equations, note: '' };
    },
  };
}

const ofBlocks: Readonly<Record<string, (layer: BlockLayer, index: number) => DrawnLayer>> = {
  attention: (layer) => ({
    diagram: attentionDiagram(layer),
    signals: attentionSignals(layer),
    read: async (_tape, signals, words, { step, unit }) => readAttention(layer, signals, words, step, Math.min(unit, layer.width - 1)),
  }),
  mamba: (layer, index) => ({
    diagram: mambaDiagram(layer),
    signals: MAMBA_SIGNALS,
    async read({ parameters }, signals, _words, { step, unit: wanted, channel = wanted }) {
      const unit = Math.min(wanted, layer.width - 1);
      return readMamba(layer, signals, parameters, step, { layer: index, unit, channel: Math.min(channel, channelsOf(layer).channels - 1) });
    },
  }),
};
