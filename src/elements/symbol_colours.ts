/** The colours of symbols, the same in figures and in equations. Letters tell them apart too; colours only help the eye. */
import { css } from 'lit';

/** For `[data-name]`, in MathML and in SVG, in an element or on a page that adopts them. Each keeps a contrast of 4.5 with a figure's ground, light and dark. */
export const symbolColours = css`
  :host,
  :root {
    --symbol-x: light-dark(#575c66, #a5abb6);
    --symbol-h: light-dark(#1b5e9b, #8abdf0);
    --symbol-c: light-dark(#7d4a00, #eab268);
    --symbol-keep: light-dark(#a8261c, #ff9d8f);
    --symbol-in: light-dark(#1c6b3a, #7fd3a0);
    --symbol-candidate: light-dark(#8a2f86, #e39ae0);
    --symbol-out: light-dark(#0b6571, #6fd0da);
  }
  [data-name] {
    color: inherit;
  }
  [data-name='x'],
  [data-name='W'] {
    color: var(--symbol-x);
  }
  [data-name^='h'],
  [data-name='y'],
  [data-name='U'] {
    color: var(--symbol-h);
  }
  [data-name^='c'] {
    color: var(--symbol-c);
  }
  :is([data-name='f'], [data-name='z'], [data-name='A'], [data-name='Δ']) {
    color: var(--symbol-keep);
  }
  :is([data-name='i'], [data-name='k'], [data-name='u'], [data-name='B']) {
    color: var(--symbol-in);
  }
  :is([data-name='g'], [data-name='n'], [data-name='v'], [data-name='m'], [data-name='s']) {
    color: var(--symbol-candidate);
  }
  :is([data-name='o'], [data-name='r'], [data-name='q'], [data-name='C']) {
    color: var(--symbol-out);
  }
`;
