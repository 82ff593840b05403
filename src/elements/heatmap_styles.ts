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
  .mirrored .viewport {
    direction: rtl;
  }
  .stage {
    position: sticky;
    inset-block-start: 0;
    inset-inline-start: 0;
    overflow: clip;
  }

  .columns,
  .rows,
  .corner {
    position: absolute;
    color: color-mix(in srgb, currentColor 78%, transparent);
    cursor: default;
    user-select: none;
    -webkit-user-select: none;
  }
  .corner {
    inset-inline-end: calc(100% - var(--gutter) + 8px);
    top: calc(var(--header) - 1.45em - 3px);
    font-size: 0.92em;
    font-style: italic;
  }
  .columns {
    inset-block-start: 0;
    inset-inline: var(--gutter) 0;
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
    left: calc(var(--entry-width) / 2); /* not inline: a label has a direction of its own */
    max-width: var(--longest-label);
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
    transform: translateX(-50%);
  }
  .mirrored .columns bdi {
    left: auto;
    right: calc(var(--entry-width) / 2);
    transform: translateX(50%);
  }
  .slanted .columns bdi {
    bottom: 2px;
    transform-origin: 0 100%;
    transform: translateX(0.35em) rotate(-45deg);
  }
  .mirrored.slanted .columns bdi {
    transform-origin: 100% 100%;
    transform: translateX(-0.35em) rotate(45deg);
  }
  .rows {
    inset-block: var(--header) 0;
    inset-inline-start: 0;
    width: calc(var(--gutter) - 8px);
    overflow: clip;
    overflow-clip-margin: 8px;
    text-align: right;
  }
  .mirrored .rows {
    text-align: left;
  }
  .rows span {
    display: block;
    height: calc(var(--entry-height) * var(--row-step));
    line-height: calc(var(--entry-height) - var(--gap));
  }
  /* Taller than its row, it would be cut off below. */
  .rows .final {
    translate: 0 min(0px, (var(--entry-height) - 1em) / 2);
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
    inset-block-start: var(--header);
    inset-inline-start: var(--gutter);
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
    forced-color-adjust: none;
  }
  .mirrored .plot canvas {
    transform: scaleX(-1);
  }
  .marks {
    position: absolute;
    inset: 0;
    width: 100%;
    height: 100%;
    overflow: visible;
    pointer-events: none;
    fill: none;
  }
  .marks rect {
    stroke: var(--rnn-selection, CanvasText);
    stroke-width: 2px;
  }
  .marks .alike {
    stroke-dasharray: 4 3;
  }
  .marks .inner {
    stroke: Canvas;
    stroke-width: 1px;
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
  .tip b {
    display: block;
    font-size: 1.15em;
    font-weight: 600;
  }
  .tip.away {
    visibility: hidden;
  }
  .tip.kept {
    border-color: CanvasText;
    pointer-events: auto;
  }
  .tip .shared {
    display: block;
    margin-block-start: 0.2em;
  }
  .does {
    display: flex;
    gap: 0.4em;
    margin-block-start: 0.35em;
  }
  .tip b.told {
    font-size: 1.05em;
    font-weight: 500;
  }
  .tip span {
    overflow-wrap: anywhere;
    color: color-mix(in srgb, currentColor 82%, transparent);
  }

  .empty {
    box-sizing: border-box;
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
  :host([lane]) .empty {
    padding-block: 0;
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
    .cursor:focus,
    .cursor:focus-visible {
      outline-color: Highlight;
    }
  }
  .on-paper {
    display: none;
  }
  @media print {
    canvas:has(+ .on-paper) {
      display: none;
    }
    canvas.on-paper {
      display: block;
    }
    :host {
      color: CanvasText;
      color-scheme: light;
      break-inside: avoid;
    }
    .viewport {
      overflow: hidden;
    }
    .tip {
      box-shadow: none;
    }
  }

`;
