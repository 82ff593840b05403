/** Defines every element: the one file that a page's script tag names. */
import './rnn-model';
