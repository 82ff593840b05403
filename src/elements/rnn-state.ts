import { css, html, svg, type TemplateResult } from 'lit';
import { property } from 'lit/decorators.js';
import { outputName } from './last_layer';
import { held, Latest } from './latest';
import { ModelFigure } from './model_figure';
import { snapOutward } from './range';
import { ScaleConnection } from './scale_connection';
import { signedDecimal, subscript } from './signed_number';

interface Column {
  readonly words: readonly string[];
  readonly name: string;
  readonly role: string;
  /** [T, H] */
  readonly values: ArrayLike<number>;
  readonly units: number;
  readonly limit: number;
}

/**
 * The state vector of the chosen step with its numbers: one bar a unit, to the left for negative, to the right for
 * positive. Choosing a unit moves the cursor, by pointer or by arrow keys.
 *
 * @csspart notice - The words that stand where there is nothing to draw.
 * @cssproperty [--rnn-accent] - Colour of the chosen unit.
 */
export class RnnState extends ModelFigure {
  static override styles = [
    ModelFigure.styles,
    css`
      .title {
        display: flex;
        flex-wrap: wrap;
        justify-content: space-between;
        gap: 0.25rem 1rem;
        margin: 0 0 0.5rem;
      }
      .title bdi {
        font-weight: 600;
      }
      .quiet {
        color: var(--quiet);
      }
      .units {
        position: relative;
        display: grid;
        gap: 0 1.25rem;
        grid-template-columns: repeat(auto-fill, minmax(min(100%, 9.5rem), 1fr));
        max-block-size: 30rem;
        overflow-y: auto;
      }
      .units.few {
        grid-template-columns: 1fr;
      }
      .unit {
        display: grid;
        grid-template-columns: 2.6rem 1fr 4rem;
        align-items: center;
        gap: 0.5rem;
        min-block-size: 1.75rem;
        padding-inline: 0.4rem;
        border-radius: 0.3rem;
        cursor: pointer;
      }
      .unit:hover {
        background: color-mix(in srgb, currentColor 7%, transparent);
      }
      .unit[aria-selected='true'] {
        outline: 2px solid var(--accent);
        outline-offset: -2px;
      }
      .number {
        text-align: end;
      }
      .name {
        white-space: nowrap;
        color: var(--quiet);
      }
      svg {
        inline-size: 100%;
        block-size: 1rem;
        display: block;
      }
      rect[fill] {
        forced-color-adjust: none;
      }
      .axis {
        stroke: var(--line);
      }
      @media (pointer: coarse) {
        .unit {
          min-block-size: 2.75rem;
        }
      }
    `,
  ];

  /** The signal whose column is shown: `c`, a gate, or any other of the last layer; what that layer hands on unless given, the `h` of a cell and the `y` of a block. */
  @property() signal = '';

  private readonly column = new Latest<Column>(this);
  private readonly scale = new ScaleConnection(this);

  override render(): TemplateResult {
    const obstacle = this.obstacle ?? this.column.failure;
    if (obstacle) return this.notice(obstacle);
    const column = this.column.value;
    if (!column) return html`${this.waits()}`;
    const { words, name, role, values, units, limit } = column;
    const { unit, step } = this.connection.model!.cursor;
    const [t, chosen] = [Math.min(step, words.length - 1), Math.min(unit, units - 1)];
    return html`
      ${this.waits()}
      <p class="title">
        <span>${name}${subscript(t + 1)}, the ${role.replace(/^the /, '')} after <bdi>${words[t]}</bdi></span>
        <span class="quiet">step ${t + 1} of ${words.length}, bars from −${limit} to ${limit}</span>
      </p>
      <div
        class="units ${units <= 16 ? 'few' : ''}"
        role="listbox"
        tabindex="0"
        aria-label="Units of ${name} after ${words[t]}"
        aria-activedescendant="unit-${chosen}"
        @keydown=${this.moveByKey}
      >
        ${Array.from({ length: units }, (_, i) => this.entry(name, values[t * units + i], limit, i, i === chosen))}
      </div>
    `;
  }

  protected override willUpdate(): void {
    const tape = this.connection.model?.state.tape;
    if (!tape) return this.column.clear();
    const { words } = this.connection.model!.state;
    const name = this.signal || outputName(tape.model.shape);
    if (this.moving) return this.column.suspend();
    this.column.ask([tape, this.connection.model!.state.revision, name], () =>
      held(tape, async () => {
        const signal = tape.signal(name);
        if (signal.shape.length !== 4) throw new Error(`signal: "${name}" has no steps, so there is no column of it; a heatmap draws it.`);
        const [values, { largest }] = await Promise.all([signal.read(), signal.extent()]);
        const limit = signal.range === 'unbounded' ? snapOutward(largest) : 1;
        return { words, name, role: signal.role, values, units: signal.shape[3], limit };
      }),
    );
  }

  protected override updated(): void {
    const list = this.renderRoot.querySelector<HTMLElement>('.units');
    const chosen = list?.querySelector<HTMLElement>('[aria-selected="true"]');
    if (!list || !chosen || list.scrollHeight <= list.clientHeight) return;
    const { offsetTop, offsetHeight } = chosen;
    if (offsetTop < list.scrollTop) list.scrollTop = offsetTop;
    else if (offsetTop + offsetHeight > list.scrollTop + list.clientHeight) list.scrollTop = offsetTop + offsetHeight - list.clientHeight;
  }

  private entry(name: string, value: number, limit: number, unit: number, chosen: boolean): TemplateResult {
    const reach = (value / limit) * 50;
    return html`
      <div
        class="unit"
        role="option"
        id="unit-${unit}"
        aria-selected=${chosen}
        aria-label="unit ${unit + 1}: ${signedDecimal(value)}"
        @click=${() => this.connection.model?.moveCursor({ unit })}
      >
        <span class="name">${name}[${unit + 1}]</span>
        <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
          ${svg`<rect x=${Math.min(50, 50 + reach)} y="0" width=${Math.abs(reach)} height="10" fill=${this.scale.diverging(value / limit)}></rect>
          <path class="axis" d="M50 0V10" vector-effect="non-scaling-stroke"></path>`}
        </svg>
        <span class="number">${signedDecimal(value)}</span>
      </div>
    `;
  }

  private readonly moveByKey = (event: KeyboardEvent): void => {
    const model = this.connection.model;
    const column = this.column.value;
    if (!model || !column || event.ctrlKey || event.metaKey || event.altKey) return;
    const { step, unit } = model.cursor;
    const moves: Record<string, { step?: number; unit?: number }> = {
      ArrowUp: { unit: unit - 1 },
      ArrowDown: { unit: unit + 1 },
      ArrowLeft: { step: step - 1 },
      ArrowRight: { step: step + 1 },
      Home: { unit: 0 },
      End: { unit: column.units - 1 },
    };
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    model.moveCursor(move);
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'rnn-state': RnnState;
  }
}
