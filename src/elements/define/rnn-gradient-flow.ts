import { RnnGradientFlow } from '../rnn-gradient-flow';
import { defineElement } from './define_element';
import './rnn-model';

defineElement('rnn-gradient-flow', RnnGradientFlow);
