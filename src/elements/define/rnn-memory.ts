import { RnnMemory } from '../rnn-memory';
import { defineElement } from './define_element';
import './rnn-heatmap';
import './rnn-model';

defineElement('rnn-memory', RnnMemory);
