/** What the figures of an `<rnn-model>` share: the connection, and the words that stand where a picture cannot. */
import { css, html, LitElement, type CSSResultGroup, type TemplateResult } from 'lit';
import { property } from 'lit/decorators.js';
import { ModelConnection } from './model_connection';
import type { RnnModel } from './rnn-model';

export abstract class ModelFigure extends LitElement {
  static override styles: CSSResultGroup = css`
    :host {
      display: block;
      --accent: var(--rnn-accent, light-dark(#1b5e9b, #8abdf0));
      --line: color-mix(in srgb, currentColor 28%, transparent);
      --quiet: color-mix(in srgb, currentColor 72%, transparent);
      font-variant-numeric: tabular-nums;
    }
    :host([hidden]) {
      display: none;
    }
    :focus-visible {
      outline: 2px solid var(--accent);
      outline-offset: 2px;
    }
    .notice {
      margin: 0;
      padding: 0.75rem 1rem;
      border: 1px dashed var(--line);
      border-radius: 0.4rem;
      overflow-wrap: anywhere;
    }
  `;

  /** The id of the rnn-model that this shows. */
  @property({ attribute: 'for' }) for = '';

  /** The rnn-model itself, where an id cannot reach it. */
  @property({ attribute: false }) model: RnnModel | undefined;

  protected readonly connection = new ModelConnection(this);

  /** Why there is nothing to draw; undefined when there is. A loading model with an earlier tape still has a picture. */
  protected get obstacle(): string | undefined {
    const { model, problem } = this.connection;
    if (problem) return problem;
    if (!model) return `There is no model to show: give for="id" of an <rnn-model>.`;
    return model.state.tape ? undefined : model.state.message || 'Starting…';
  }

  protected notice(text: string): TemplateResult {
    return html`<p class="notice" part="notice">${text}</p>`;
  }
}
