/** Defines every element: the one file that a page's script tag names. */
import './rnn-compare';
import './rnn-entry';
import './rnn-gates';
import './rnn-gradient-flow';
import './rnn-gradient-reach';
import './rnn-heatmap';
import './rnn-influence';
import './rnn-memory';
import './rnn-model';
import './rnn-opener';
import './rnn-order';
import './rnn-predictions';
import './rnn-proof';
import './rnn-state';
import './rnn-trainer';
import './rnn-transport';
import './rnn-unrolled';
