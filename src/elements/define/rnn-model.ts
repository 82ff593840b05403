import { RnnModel } from '../rnn-model';
import { defineElement } from './define_element';

defineElement('rnn-model', RnnModel);
