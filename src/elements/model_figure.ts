/** What the figures of an `<rnn-model>` share: the connection, and the words that stand where a picture cannot. */
import { css, html, nothing, type CSSResultGroup, type TemplateResult } from 'lit';
import { property } from 'lit/decorators.js';
import { MarkupElement } from './markup_element';
import { ModelConnection } from './model_connection';
import type { RnnModel } from './rnn-model';

/**
 * @csspart waits - What is said above numbers that training has left behind, where they are fetched.
 */
export abstract class ModelFigure extends MarkupElement {
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
    .waits {
      margin: 0 0 0.75rem;
      padding-inline-start: 0.75rem;
      border-inline-start: 3px solid var(--accent);
      color: var(--quiet);
    }
    .notice {
      margin: 0;
      padding: 0.75rem 1rem;
      border: 1px dashed var(--line);
      border-radius: 0.4rem;
      overflow-wrap: anywhere;
    }
    /* As high as what is to come, so that nothing below moves when it does; figures say how high that is. */
    .place {
      box-sizing: border-box;
      min-block-size: var(--place, auto);
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
    const { state, opening } = model;
    if (state.tape) return undefined;
    return opening.status === 'loading' ? `Loading ${opening.name}…` : state.message || 'Starting…';
  }

  /** Whether training moves the numbers at this moment. What fetches numbers then keeps what it had. */
  protected get moving(): boolean {
    return this.connection.model?.state.moving ?? false;
  }

  /** What is said above numbers that training has left behind. */
  protected waits(): TemplateResult | typeof nothing {
    if (!this.moving) return nothing;
    return html`<p class="waits" part="waits">The network is being trained. This figure fetches its numbers, so it follows when training pauses.</p>`;
  }

  protected notice(text: string): TemplateResult {
    const { model } = this.connection;
    const isToCome = model !== undefined && !model.state.tape && model.state.status !== 'error';
    return isToCome ? this.awaited(text) : html`<p class="notice" part="notice">${text}</p>`;
  }

  /** What stands in the place of a picture that is on its way. */
  protected awaited(text = 'Computing…'): TemplateResult {
    return html`<p class="notice place" part="notice">${text}</p>`;
  }
}
