import { RnnAttention } from '../rnn-attention';
import { defineElement } from './define_element';
import './rnn-heatmap';
import './rnn-model';

defineElement('rnn-attention', RnnAttention);
