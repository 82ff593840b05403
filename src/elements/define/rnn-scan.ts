import { RnnScan } from '../rnn-scan';
import { defineElement } from './define_element';
import './rnn-heatmap';
import './rnn-model';

defineElement('rnn-scan', RnnScan);
