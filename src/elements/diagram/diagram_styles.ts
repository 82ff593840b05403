/** How `<rnn-cell-diagram>` looks. */
import { css } from 'lit';

export const diagramStyles = css`
  .where {
    margin: 0 0 0.75rem;
  }
  .where bdi {
    font-weight: 600;
  }
  .note {
    color: var(--quiet);
    font-size: 0.9em;
  }
  .sides {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr));
    gap: 1rem 2.5rem;
    align-items: center;
  }
  .drawn {
    min-inline-size: 0;
    overflow-x: auto;
  }
  svg {
    display: block;
    inline-size: 100%;
    /* Wider than its place if words have to be larger than fits there. */
    min-inline-size: calc(45 * (1rem - 16px));
    max-inline-size: 29rem;
    margin-inline: auto;
    overflow: visible;
    direction: ltr;
  }
  svg g {
    outline-offset: 3px;
    cursor: pointer;
  }
  .wire {
    fill: none;
    stroke: currentColor;
    stroke-width: 1.75;
    stroke-linejoin: round;
  }
  .hit {
    fill: none;
    stroke: transparent;
    stroke-width: 14;
    pointer-events: stroke;
  }
  .head {
    fill: currentColor;
  }
  .lit .wire {
    stroke-width: 3.5;
  }
  .box,
  .joint {
    fill: var(--rnn-diagram-ground, Canvas);
    stroke: currentColor;
    stroke-width: 1.75;
  }
  .lit .box,
  .lit .joint {
    stroke-width: 3;
  }
  .sign {
    stroke: currentColor;
    stroke-width: 1.75;
  }
  /* What is not lit recedes; it stays readable. */
  .shines :is(.wires, .marks):not(.lit) :is(.wire, .head, .box, .joint, .sign) {
    opacity: 0.35;
  }
  text {
    fill: currentColor;
    font-size: 14px;
    text-anchor: middle;
  }
  text[text-anchor='start'] {
    text-anchor: start;
  }
  text[text-anchor='end'] {
    text-anchor: end;
  }
  .ground {
    fill: var(--rnn-diagram-halo, Canvas);
  }
  .number {
    fill: CanvasText;
  }
  .lit .number {
    font-weight: 700;
  }
  .name,
  .function {
    font-size: 13px;
  }
  .index {
    font-size: 10px;
  }
  .letter {
    font-style: italic;
    font-weight: 700;
  }
  .function {
    fill: var(--quiet);
  }
  .groove {
    stroke: var(--line);
    stroke-width: 4;
  }
  .gauge {
    stroke: currentColor;
    stroke-width: 4;
  }
  .equations {
    margin: 0;
    padding: 0;
    list-style: none;
  }
  .equation {
    padding: 0.3rem 0.6rem;
    border-inline-start: 3px solid transparent;
    cursor: pointer;
    overflow-x: auto;
  }
  .equation.lit {
    border-color: var(--accent);
  }
  @media (pointer: coarse) {
    .equation {
      box-sizing: border-box;
      min-block-size: 2.75rem;
    }
  }
  math {
    font-size: 1.1rem;
  }
  /* A line of a formula does not break. */
  @media (max-width: 30rem) {
    math {
      font-size: 0.95rem;
    }
  }
  .symbol.lit {
    background: color-mix(in srgb, currentColor 18%, transparent);
    border-radius: 0.2rem;
  }
  .numbers {
    display: block;
    padding-inline-start: 1.2rem;
    color: var(--quiet);
    font-size: 0.875rem;
  }
  @media (prefers-reduced-motion: no-preference) {
    .wire,
    .box,
    .joint,
    .head,
    .sign {
      transition:
        opacity 120ms,
        stroke-width 120ms;
    }
  }
  @media (forced-colors: active) {
    .ground,
    .box,
    .joint {
      fill: Canvas;
    }
    .equation:not(.lit) {
      border-color: Canvas;
    }
  }
`;
