import { RnnGates } from '../rnn-gates';
import { defineElement } from './define_element';
import './rnn-heatmap';
import './rnn-model';

defineElement('rnn-gates', RnnGates);
