import { RnnCellDiagram } from '../rnn-cell-diagram';
import { defineElement } from './define_element';
import './rnn-model';

defineElement('rnn-cell-diagram', RnnCellDiagram);
