/** On paper a figure stands as it was left: its numbers and words, without what sets them. */
import { css } from 'lit';

export const printStyles = css`
  @media print {
    :host {
      color: CanvasText;
      color-scheme: light;
    }
    :is(input, select, textarea, progress, fieldset, .settings, .run, .weight, .more, [part='controls']),
    label:has(input, select),
    details:not([open]) {
      display: none !important;
    }
    /* A word that is a button is a word. */
    button {
      border-color: transparent !important;
      background: none !important;
      color: inherit !important;
    }
    :is(table, svg, tr) {
      break-inside: avoid;
    }
  }
`;
