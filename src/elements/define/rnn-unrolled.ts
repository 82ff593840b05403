import { RnnUnrolled } from '../rnn-unrolled';
import { defineElement } from './define_element';
import './rnn-model';

defineElement('rnn-unrolled', RnnUnrolled);
