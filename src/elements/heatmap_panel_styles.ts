import { css } from 'lit';

/** The tools of a heatmap. */
export const panelStyles = css`
  .panel {
    display: flex;
    flex-wrap: wrap;
    gap: 0.9em 1.6em;
    margin-block-start: 0.6em;
    padding: 0.7em 0.9em;
    border: 1px solid color-mix(in srgb, currentColor 25%, transparent);
    border-radius: 0.5em;
  }
  .panel fieldset {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    align-content: start;
    gap: 0.4em;
    min-width: 0;
    max-width: 100%;
    margin: 0;
    padding: 0;
    border: 0;
  }
  .panel legend {
    padding: 0;
    margin-block-end: 0.3em;
    font-weight: 600;
  }
  .panel p {
    flex: 1 0 100%;
    margin: 0;
    overflow-wrap: anywhere;
  }
  .panel label {
    display: inline-flex;
    align-items: center;
    gap: 0.4em;
  }
  .panel select,
  .panel input[type='number'] {
    font: inherit;
    color: inherit;
    min-height: 2rem;
    max-width: 100%;
    padding: 0.1em 0.4em;
    border: 1px solid color-mix(in srgb, currentColor 45%, transparent);
    border-radius: 0.4em;
    background: Canvas;
    color: CanvasText;
  }
  .panel input[type='number'] {
    width: 6em;
  }
  .panel input[type='checkbox'] {
    accent-color: var(--rnn-accent, light-dark(#1b5e9b, #8abdf0));
  }
  .alike {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.4em;
    flex: 1 0 100%;
  }
  .alike ul {
    display: flex;
    flex-wrap: wrap;
    gap: 0.3em;
    margin: 0;
    padding: 0;
    list-style: none;
  }
  .note:empty {
    display: none;
  }
  @media print {
    .panel {
      display: none;
    }
  }
  @media (pointer: coarse), (max-width: 30rem) {
    .panel select,
    .panel input[type='number'],
    .panel .check {
      min-height: 44px;
    }
    .panel input[type='checkbox'] {
      width: 24px;
      height: 24px;
    }
  }
`;
