import { RnnContinuation } from '../rnn-continuation';
import { defineElement } from './define_element';
import './rnn-model';

defineElement('rnn-continuation', RnnContinuation);
