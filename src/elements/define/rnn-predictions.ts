import { RnnPredictions } from '../rnn-predictions';
import { defineElement } from './define_element';
import './rnn-model';

defineElement('rnn-predictions', RnnPredictions);
