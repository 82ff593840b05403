import { css } from 'lit';

export const heatmapStyles = css`
  :host {
    display: block;
    font: 0.8125rem/1.4 system-ui, sans-serif;
    font-variant-numeric: tabular-nums;
  }
  /* A number in the attribute is a number of units, whatever a page's style says about [hidden]. */
  :host([hidden]:not([hidden=''], [hidden='until-found'], [hidden='hidden'])) {
    display: block !important;
  }
  :host([hidden='']),
  :host([hidden='until-found']),
  :host([hidden='hidden']) {
    display: none;
  }

  .base {
    position: relative;
    margin: 0;
  }
  .viewport {
    position: relative;
    overflow: auto;
    max-height: var(--rnn-max-height, 34rem);
    overscroll-behavior-x: contain;
    direction: ltr; /* time runs left to right */
  }
  .stage {
    position: sticky;
    inset: 0 auto auto 0;
    overflow: clip;
  }

  .columns,
  .rows,
  .corner {
    position: absolute;
    color: color-mix(in srgb, currentColor 78%, transparent);
    cursor: default;
  }
  .corner {
    right: calc(100% - var(--gutter) + 8px);
    top: calc(var(--header) - 1.45em - 3px);
    font-size: 0.92em;
    font-style: italic;
  }
  .columns {
    inset: 0 0 auto var(--gutter);
    height: var(--header);
    overflow: clip;
    overflow-clip-margin: content-box;
  }
  .columns > div {
    display: flex;
    height: 100%;
  }
  .columns span {
    position: relative;
    flex: 0 0 calc(var(--entry-width) * var(--column-step));
    width: 0;
  }
  .columns bdi {
    position: absolute;
    bottom: 3px;
    left: calc(var(--entry-width) / 2);
    max-width: 116px;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
    transform: translateX(-50%);
  }
  .slanted .columns bdi {
    bottom: 2px;
    transform-origin: 0 100%;
    transform: translateX(0.35em) rotate(-45deg);
  }
  .rows {
    inset: var(--header) auto 0 0;
    width: calc(var(--gutter) - 8px);
    overflow: clip;
    overflow-clip-margin: 8px;
    text-align: right;
  }
  .rows span {
    display: block;
    height: calc(var(--entry-height) * var(--row-step));
    line-height: calc(var(--entry-height) - var(--gap));
  }
  .rows bdi {
    display: block;
    overflow-x: clip;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .here {
    color: CanvasText;
    font-weight: 650;
  }

  .plot {
    position: absolute;
    inset: var(--header) auto auto var(--gutter);
    overflow: clip;
    overflow-clip-margin: 3px;
    cursor: crosshair;
    touch-action: pan-x pan-y;
  }
  canvas {
    display: block;
  }
  .plot canvas {
    width: 100%;
    height: 100%;
  }
  .cursor,
  .step {
    position: absolute;
    inset: 0 auto auto 0;
    box-sizing: border-box;
    pointer-events: none;
  }
  .step {
    width: calc(var(--entry-width) - var(--gap));
    height: 100%;
    outline: 1px solid color-mix(in srgb, CanvasText 55%, transparent);
  }
  .step.row {
    width: 100%;
    height: calc(var(--entry-height) - var(--gap));
  }
  .cursor {
    width: calc(var(--entry-width) - var(--gap));
    height: calc(var(--entry-height) - var(--gap));
    min-width: 6px;
    min-height: 6px;
    outline: none;
  }
  .linked .cursor,
  .cursor:focus {
    outline: 2px solid CanvasText;
    box-shadow: inset 0 0 0 1px Canvas;
  }
  .cursor:focus-visible {
    outline: 2px solid var(--rnn-focus, Highlight);
    box-shadow:
      inset 0 0 0 1px Canvas,
      0 0 0 3px CanvasText;
  }
  .cursor.away {
    opacity: 0;
  }

  .tip {
    direction: ltr;
    position: absolute;
    inset: 0 auto auto 0;
    z-index: 1;
    width: max-content;
    max-width: min(22rem, 100%);
    box-sizing: border-box;
    padding: 0.35em 0.65em;
    border: 1px solid color-mix(in srgb, CanvasText 22%, Canvas);
    border-radius: 0.4em;
    background: Canvas;
    color: CanvasText;
    box-shadow: 0 2px 10px rgb(0 0 0 / 0.18);
    pointer-events: none;
  }
  .tip > b {
    display: block;
    font-size: 1.15em;
    font-weight: 600;
  }
  .tip > b.told {
    font-size: 1.05em;
    font-weight: 500;
  }
  .tip span {
    overflow-wrap: anywhere;
    opacity: 0.82;
  }

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
  }
  .words {
    flex: 1 1 16em;
    min-width: 0;
    overflow-wrap: break-word;
  }
  .engine {
    font-size: 0.92em;
    color: color-mix(in srgb, currentColor 72%, transparent);
  }
  .legend {
    direction: ltr;
    flex: 0 0 auto;
    width: 13em;
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
  .progress button {
    font: inherit;
    color: inherit;
    padding: 0.15em 0.8em;
    min-height: 24px;
    border: 1px solid color-mix(in srgb, currentColor 40%, transparent);
    border-radius: 0.4em;
    background: none;
    cursor: pointer;
  }
  .progress button:hover {
    background: color-mix(in srgb, currentColor 8%, transparent);
  }
  .empty .progress {
    justify-content: center;
  }

  .empty {
    display: grid;
    place-content: center;
    min-height: 7em;
    padding: 1em 1.5em;
    border: 1px dashed color-mix(in srgb, currentColor 35%, transparent);
    border-radius: 0.5em;
    text-align: center;
    text-wrap: balance;
    overflow-wrap: anywhere;
  }

  .quiet {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  .probe {
    position: absolute;
    visibility: hidden;
    width: 0;
    height: 0;
    border: 0 solid;
    forced-color-adjust: none;
    color: light-dark(rgb(0 0 1), rgb(255 255 254)); /* nobody's choice: what a border shows when its property is nonsense */
    border-top-color: var(--rnn-negative, transparent);
    border-right-color: var(--rnn-zero, transparent);
    border-bottom-color: var(--rnn-positive, transparent);
    transition: 1ms linear;
    transition-property: color, border-top-color, border-right-color, border-bottom-color;
  }
  @media (forced-colors: active) {
    .probe {
      color: CanvasText;
    }
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
