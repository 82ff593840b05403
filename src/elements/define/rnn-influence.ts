import { RnnInfluence } from '../rnn-influence';
import { defineElement } from './define_element';
import './rnn-heatmap';
import './rnn-model';

defineElement('rnn-influence', RnnInfluence);
