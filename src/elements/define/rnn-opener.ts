import { RnnOpener } from '../rnn-opener';
import { defineElement } from './define_element';
import './rnn-model';

defineElement('rnn-opener', RnnOpener);
