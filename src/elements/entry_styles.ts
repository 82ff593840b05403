/** How `<rnn-entry>` looks. */
import { css } from 'lit';

export const entryStyles = css`
  .place {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.4rem 1.5rem;
    margin-block-end: 0.75rem;
  }
  .place bdi {
    font-weight: 600;
  }
  select,
  button {
    font: inherit;
    color: inherit;
    background: transparent;
    min-block-size: 2.25rem;
    padding-inline: 0.5rem;
    border: 1px solid color-mix(in srgb, currentColor 45%, transparent);
    border-radius: 0.4rem;
    cursor: pointer;
  }
  option {
    color: CanvasText;
    background: Canvas;
  }
  fieldset {
    display: flex;
    flex-wrap: wrap;
    gap: 0.25rem 1rem;
    margin: 0 0 0.75rem;
    padding: 0;
    border: 0;
  }
  legend {
    float: inline-start;
    padding: 0;
    margin-inline-end: 0.25rem;
  }
  fieldset label {
    display: inline-flex;
    align-items: center;
    gap: 0.35rem;
    cursor: pointer;
  }
  input {
    accent-color: var(--accent);
    margin: 0;
    inline-size: 1.1rem;
    block-size: 1.1rem;
  }
  .equations {
    margin: 0 0 1.25rem;
    padding: 0;
    list-style: none;
    overflow-x: auto;
  }
  .equations li {
    display: grid;
    grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
    gap: 0 1.5rem;
    padding: 0.1rem 0.5rem;
    border-inline-start: 3px solid transparent;
  }
  .equations li.chosen {
    border-color: var(--accent);
  }
  /* Transparent borders are drawn there. */
  @media (forced-colors: active) {
    .equations li:not(.chosen) {
      border-color: Canvas;
    }
  }
  .written {
    color: var(--quiet);
  }
  .parts {
    display: grid;
    grid-template-columns: minmax(0, 3fr) minmax(0, 2fr);
    gap: 1.5rem 2.5rem;
    align-items: start;
  }
  table {
    inline-size: 100%;
    border-collapse: collapse;
    table-layout: fixed;
  }
  caption {
    text-align: start;
    padding-block-end: 0.4rem;
  }
  th,
  td {
    padding: 0.1rem 0.3rem;
    font-weight: 400;
    text-align: start;
    white-space: nowrap;
    line-height: 1.5;
  }
  th {
    inline-size: 9.2rem;
  }
  td.product {
    inline-size: 8.5rem;
    color: var(--quiet);
    text-align: end;
  }
  td.number {
    inline-size: 4.6rem;
    text-align: end;
  }
  tbody + tbody tr:first-child > * {
    border-block-start: 1px solid var(--line);
  }
  tr.total > * {
    font-weight: 700;
    border-block-start: 1px solid var(--line);
  }
  td svg {
    display: block;
    inline-size: 100%;
    block-size: 0.9rem;
  }
  rect[fill] {
    forced-color-adjust: none;
  }
  .axis {
    stroke: var(--line);
    fill: none;
  }
  .more {
    margin-block-start: 0.5rem;
  }
  .slope {
    margin: 0.75rem 0 0;
  }
  @media (max-width: 48rem) {
    .parts,
    .equations li {
      grid-template-columns: minmax(0, 1fr);
    }
    .equations li {
      padding-block: 0.25rem;
    }
    th {
      inline-size: 7.4rem;
    }
    td.product {
      display: none;
    }
  }
  /* Large text on a phone. */
  @media (max-width: 15rem) {
    th {
      inline-size: auto;
      overflow-wrap: anywhere;
      white-space: normal;
    }
    td.bar {
      display: none;
    }
    td.number {
      inline-size: 4rem;
    }
  }
  @media (pointer: coarse) {
    select,
    button,
    fieldset label {
      min-block-size: 2.75rem;
    }
  }
`;
