import { RnnProof } from '../rnn-proof';
import { defineElement } from './define_element';
import './rnn-model';

defineElement('rnn-proof', RnnProof);
