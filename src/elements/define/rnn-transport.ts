import { RnnTransport } from '../rnn-transport';
import { defineElement } from './define_element';
import './rnn-model';

defineElement('rnn-transport', RnnTransport);
