import { RnnState } from '../rnn-state';
import { defineElement } from './define_element';
import './rnn-model';

defineElement('rnn-state', RnnState);
