import { RnnOrder } from '../rnn-order';
import { defineElement } from './define_element';
import './rnn-model';

defineElement('rnn-order', RnnOrder);
