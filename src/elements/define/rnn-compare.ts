import { RnnCompare } from '../rnn-compare';
import { defineElement } from './define_element';
import './rnn-heatmap';
import './rnn-model';

defineElement('rnn-compare', RnnCompare);
