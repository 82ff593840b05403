// Classes and engine have no effect of their own, so that a bundler leaves out what is not used.
import { RnnHeatmap, RnnModel } from 'rnn-heatmap';
import { createEngine } from 'rnn-heatmap/engine';
import { RnnGates } from 'rnn-heatmap/elements/rnn-gates';

export const unused = [RnnHeatmap, RnnModel, RnnGates, createEngine];
document.title = 'nothing used';
