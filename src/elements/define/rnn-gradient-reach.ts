import { RnnGradientReach } from '../rnn-gradient-reach';
import { defineElement } from './define_element';
import './rnn-model';

defineElement('rnn-gradient-reach', RnnGradientReach);
