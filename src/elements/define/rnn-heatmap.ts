import { RnnHeatmap } from '../rnn-heatmap';
import { defineElement } from './define_element';
import './rnn-model';

defineElement('rnn-heatmap', RnnHeatmap);
