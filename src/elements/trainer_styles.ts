import { css } from 'lit';

export const trainerStyles = css`
  .run {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.5rem 0.75rem;
  }
  button {
    min-block-size: 2.75rem;
    padding: 0.3rem 1.1rem;
    font: inherit;
    font-weight: 600;
    color: inherit;
    background: transparent;
    border: 1px solid color-mix(in srgb, currentColor 45%, transparent);
    border-radius: 0.4rem;
    cursor: pointer;
  }
  button.primary {
    min-inline-size: 7rem;
    color: var(--page, Canvas);
    background: var(--accent);
    border-color: transparent;
  }
  /* A colour of the system is left as it is there, and would be that of the ground. */
  @media (forced-colors: active) {
    button.primary {
      color: ButtonText;
      border-color: ButtonText;
    }
  }
  button[aria-disabled='true'] {
    opacity: 0.55;
    cursor: not-allowed;
  }
  .numbers {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr));
    gap: 0.4rem 1rem;
    margin: 0.9rem 0 0;
  }
  .numbers dt {
    color: var(--quiet);
    font-size: 0.85em;
  }
  .numbers dd {
    margin: 0;
    font-size: 1.1em;
    font-weight: 600;
    white-space: nowrap;
  }
  progress {
    inline-size: 100%;
    block-size: 0.5rem;
    margin-block-start: 0.75rem;
    accent-color: var(--accent);
  }
  .said {
    margin: 0.75rem 0 0;
    overflow-wrap: anywhere;
  }
  .said.bad {
    padding-inline-start: 0.75rem;
    border-inline-start: 3px solid light-dark(#a8261c, #ff9d8f);
  }
  .settings {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(min(100%, 9.5rem), 1fr));
    gap: 0.6rem 1rem;
    margin: 0 0 1rem;
    padding: 0;
    border: 0;
    min-inline-size: 0;
  }
  .settings legend,
  .spoken {
    position: absolute;
    inline-size: 1px;
    block-size: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  .settings label {
    display: grid;
    align-content: start;
    gap: 0.15rem;
    font-size: 0.85em;
    color: var(--quiet);
  }
  .settings .broad {
    grid-column: span 2;
  }
  .settings :is(select, input) {
    box-sizing: border-box;
    inline-size: 100%;
    min-block-size: 2.4rem;
    padding-inline: 0.5rem;
    font: inherit;
    font-size: 1rem;
    color: var(--ink, CanvasText);
    background: var(--page, Canvas);
    border: 1px solid color-mix(in srgb, currentColor 45%, transparent);
    border-radius: 0.4rem;
  }
  .settings input[aria-invalid] {
    border: 2px solid light-dark(#a8261c, #ff9d8f);
  }
  details {
    margin: 0 0 1rem;
  }
  summary {
    inline-size: fit-content;
    padding-block: 0.4rem;
    cursor: pointer;
  }
  .about {
    margin: -0.4rem 0 0.5rem;
    color: var(--quiet);
    font-size: 0.9em;
  }
  @media (pointer: coarse) {
    .settings :is(select, input) {
      min-block-size: 2.75rem;
    }
    summary {
      box-sizing: border-box;
      min-block-size: 2.75rem;
      padding-block: 0.7rem;
    }
  }
  @media (max-width: 30rem) {
    .settings .broad {
      grid-column: 1 / -1;
    }
  }
`;
