import { RnnEntry } from '../rnn-entry';
import { defineElement } from './define_element';
import './rnn-model';

defineElement('rnn-entry', RnnEntry);
