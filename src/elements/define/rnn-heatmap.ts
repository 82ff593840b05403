import { RnnHeatmap } from '../rnn-heatmap';
import { defineElement } from './define_element';

defineElement('rnn-heatmap', RnnHeatmap);
