/** Layout and looks of the figure around the plot. */
import { css } from 'lit';

export const flowStyles = css`
  /* A number there is the number of units. */
  :host([hidden]:not([hidden=''], [hidden='hidden'], [hidden='until-found'])) {
    display: block !important;
  }
  .picture {
    display: grid;
    grid-template-columns: minmax(0, 1fr) 16.5rem;
    gap: 0.5rem 1.5rem;
    align-items: start;
  }
  .above {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: space-between;
    gap: 0 1rem;
    min-block-size: 2.5rem;
    font-size: 0.85em;
    color: var(--quiet);
  }
  [role='slider'] {
    touch-action: pan-y;
    cursor: crosshair;
    border-radius: 0.3rem;
  }
  .readings {
    margin: 0;
    padding: 0;
    list-style: none;
    font-size: 0.85em;
    line-height: 1.35;
  }
  .readings li {
    display: grid;
    grid-template-columns: 28px minmax(0, 1fr) auto;
    gap: 0.1rem 0.6rem;
    padding-block: 0.4rem;
    border-block-start: 1px solid var(--line);
  }
  .readings li:first-child {
    display: block;
    padding-block-start: 0;
    border: 0;
    font-size: 1.1em;
    overflow-wrap: anywhere;
  }
  .swatch {
    inline-size: 28px;
    block-size: 12px;
    margin-block-start: 0.3em;
  }
  .readings b {
    white-space: nowrap;
  }
  .words {
    margin: 1rem 0 0;
    min-block-size: 3.2em;
  }
  .words p {
    margin: 0 0 0.5rem;
  }
  .fine {
    font-size: 0.85em;
    color: var(--quiet);
  }
  .work {
    display: flex;
    align-items: center;
    gap: 0.75rem;
  }
  .work progress {
    inline-size: 6rem;
    accent-color: var(--accent);
  }
  button,
  summary {
    font: inherit;
    color: inherit;
    cursor: pointer;
  }
  button {
    min-block-size: 2rem;
    padding-inline: 0.7rem;
    background: transparent;
    border: 1px solid color-mix(in srgb, currentColor 45%, transparent);
    border-radius: 0.4rem;
  }
  summary {
    font-size: 0.85em;
    color: var(--quiet);
  }
  .scroll {
    max-block-size: 20rem;
    overflow: auto;
  }
  table {
    border-collapse: collapse;
    font-size: 0.85em;
  }
  th,
  td {
    padding: 0.2rem 0.9rem 0.2rem 0;
    text-align: end;
    font-weight: 400;
    vertical-align: bottom;
  }
  thead th {
    max-inline-size: 9rem;
    color: var(--quiet);
  }
  .waiting {
    min-block-size: 29.75rem;
  }
  @media (max-width: 48rem) {
    .waiting {
      min-block-size: 43.25rem;
    }
    .picture {
      grid-template-columns: minmax(0, 1fr);
    }
  }
  @media (max-width: 30rem) {
    .waiting {
      min-block-size: 38.5rem;
    }
  }
  @media (pointer: coarse) {
    button,
    summary {
      min-block-size: 2.75rem;
    }
    summary {
      line-height: 2.75rem;
    }
  }
`;
