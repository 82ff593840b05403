import { css } from 'lit';

/** What stands under a heatmap, or above a lane: words, the legend, progress, the pinned tip's buttons. */
export const captionStyles = css`
  .caption {
    display: flex;
    flex-wrap: wrap;
    align-items: start;
    justify-content: space-between;
    gap: 0.5em 2em;
    margin-block-start: 0.7em;
  }
  .caption p {
    margin: 0;
    text-wrap: pretty;
    text-align: -webkit-match-parent;
    text-align: match-parent;
  }
  /* All the room that is left belongs to the words; on a line of its own, what is beside them takes the whole of it. */
  .words {
    flex: 9999 1 16em;
    min-width: 0;
    overflow-wrap: break-word;
  }
  .engine {
    font-size: 0.92em;
    color: color-mix(in srgb, currentColor 72%, transparent);
  }
  .side {
    display: flex;
    flex: 1 0 auto;
    flex-wrap: wrap;
    align-items: center;
    justify-content: space-between;
    gap: 0.4em 1.2em;
    max-width: 100%;
  }
  .legend {
    direction: ltr;
    width: 13em;
    max-width: 100%;
  }
  .bar {
    display: flex;
    gap: 0.6em;
  }
  .legend canvas {
    flex: 1 1 0;
    width: 0;
    height: 0.7em;
    border-radius: 2px;
  }
  .legend.log {
    width: 15em;
  }
  .legend .zero {
    flex: 0 0 1.6em;
    box-sizing: border-box;
    border: 1px solid color-mix(in srgb, currentColor 30%, transparent);
  }
  .ticks .of-zero {
    flex: 0 0 1.6em;
    margin-right: 0.6em;
    text-align: center;
  }
  .ticks {
    display: flex;
    justify-content: space-between;
  }
  .ticks span {
    flex: 1 0 0;
    text-align: center;
  }
  .ticks span:first-child:not(.of-zero),
  .of-zero + span {
    text-align: left;
  }
  .ticks span:last-child {
    text-align: right;
  }

  .progress {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.3em 0.8em;
    margin-block: 0.3em;
  }
  .progress progress {
    width: 9em;
    accent-color: var(--rnn-accent, light-dark(#1b5e9b, #8abdf0));
  }
  button {
    font: inherit;
    color: inherit;
    min-height: 2rem;
    padding: 0.15em 0.8em;
    border: 1px solid color-mix(in srgb, currentColor 45%, transparent);
    border-radius: 0.4em;
    background: none;
    cursor: pointer;
  }
  button:hover {
    background: color-mix(in srgb, currentColor 8%, transparent);
  }
  button:disabled {
    color: GrayText;
    border-color: GrayText;
    cursor: default;
  }
  button:focus-visible,
  select:focus-visible,
  input:focus-visible,
  .table:focus-visible {
    outline: 2px solid var(--rnn-focus, Highlight);
    outline-offset: 2px;
  }
  @media (pointer: coarse), (max-width: 30rem) {
    button {
      min-width: 44px;
      min-height: 44px;
    }
  }
  @media print {
    button,
    .turns,
    .tip:not(.kept) {
      display: none;
    }
  }
  .empty .progress {
    justify-content: center;
  }

  .lane-title {
    display: flex;
    flex-wrap: wrap;
    justify-content: space-between;
    align-items: center;
    gap: 0 1.5rem;
    margin: 0 0 0.2rem;
  }
  .lane-title p {
    margin: 0;
  }
  .coming .legend {
    visibility: hidden;
  }
  .lane-title .legend,
  .lane-title .legend.log {
    display: flex;
    align-items: center;
    gap: 0.5em;
    width: auto;
  }
  .lane-title .bar {
    flex: 0 0 6em;
    order: 1;
  }
  .lane-title .ticks {
    display: contents;
  }
  .lane-title .ticks span:nth-last-child(2),
  .lane-title .ticks .of-zero,
  .lane-title .legend .zero {
    display: none;
  }
  .lane-title .ticks span:last-child {
    order: 2;
  }
`;
