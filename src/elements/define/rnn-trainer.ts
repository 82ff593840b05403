import { RnnTrainer } from '../rnn-trainer';
import { defineElement } from './define_element';
import './rnn-model';

defineElement('rnn-trainer', RnnTrainer);
