/** The playground's list of layers as a reader edits it. What would make no network is disabled, and says why. */
import { html, nothing, type TemplateResult } from 'lit';
import { FIELDS_IN_SIGHT, playKind, playKinds, type PlayField } from './play_fields';
import { moved, newLayer, obstacleOf, replaced, widthsOf, withOption, type PlayLayer, type PlayStack } from './play_stack';

export interface StackEdit {
  readonly stack: PlayStack;
  /** What takes the focus once it is shown: the selector of a control inside the list. */
  readonly focus?: string;
}

/** How the editor speaks to the figure. */
export interface StackEditing {
  /** Width of what the first layer reads. */
  readonly inputs: number;
  take(edit: StackEdit): void;
  /** Says why something cannot be done. */
  refuse(reason: string): void;
}

/** A new layer is of a kind that fits anywhere. */
const ADDED = 'lstm';

export function stackEditor(stack: PlayStack, editing: StackEditing): TemplateResult {
  const add = [...stack, newLayer(ADDED)];
  const obstacle = obstacleOf(add, editing.inputs);
  return html`
    <ol class="stack">
      ${stack.map((layer, at) => layerRow(stack, layer, at, editing))}
    </ol>
    ${button('Add a layer', obstacle, () => editing.take({ stack: add, focus: `[data-layer="${stack.length}"] select` }), editing, { class: 'add', label: 'Add a layer' })}
  `;
}

function layerRow(stack: PlayStack, layer: PlayLayer, at: number, editing: StackEditing): TemplateResult {
  const { inputs, take } = editing;
  const kind = playKind(layer.kind)!;
  const name = `layer ${at + 1}`;
  const { reads, gives } = widthsOf(stack, inputs)[at];
  const shown = kind.fields.slice(0, FIELDS_IN_SIGHT);
  const rest = kind.fields.slice(FIELDS_IN_SIGHT);
  const isSet = ({ name: option }: PlayField) => layer.options[option] !== undefined;
  const fieldOf = (field: PlayField) => fieldControl(field, layer, name, (value) => obstacleOf(replaced(stack, at, withOption(layer, field, value)), inputs), (value) => take({ stack: replaced(stack, at, withOption(layer, field, value)) }), editing);
  const move = (to: number, label: string, sign: string) => {
    const next = moved(stack, at, to);
    const obstacle = to < 0 || to >= stack.length ? `It is ${to < 0 ? 'the first' : 'the last'} already.` : obstacleOf(next, inputs);
    const way = to < at ? 'up' : 'down';
    return button(sign, obstacle, () => take({ stack: next, focus: `[data-layer="${to}"] .${way}` }), editing, { class: way, label: `Move ${name} ${label}` });
  };
  const less = replaced(stack, at);
  return html`<li data-layer=${at} class=${kind.of}>
    <div class="layer">
      ${kindSelect(stack, layer, at, editing)} ${shown.map(fieldOf)}
      <span class="layer-width">${reads} → ${gives}</span>
      <span class="moves">
        ${move(at - 1, 'up', '↑')} ${move(at + 1, 'down', '↓')}
        ${button('×', obstacleOf(less, inputs), () => take({ stack: less, focus: `[data-layer="${Math.min(at, less.length - 1)}"] .remove` }), editing, { class: 'remove', label: `Remove ${name}` })}
      </span>
    </div>
    ${rest.length > 0 ? html`<details ?open=${rest.some(isSet)}><summary>More of ${name}</summary><div class="layer">${rest.map(fieldOf)}</div></details>` : nothing}
  </li>`;
}

function kindSelect(stack: PlayStack, layer: PlayLayer, at: number, { inputs, take }: StackEditing): TemplateResult {
  const options = (of: 'cell' | 'block') =>
    playKinds
      .filter((kind) => kind.of === of)
      .map(({ name, title }) => {
        const obstacle = name === layer.kind ? '' : obstacleOf(replaced(stack, at, newLayer(name)), inputs);
        return html`<option value=${name} ?disabled=${obstacle !== ''} .selected=${name === layer.kind} title=${obstacle || nothing}>${obstacle ? `${title}: ${shortened(obstacle)}` : title}</option>`;
      });
  return html`<select aria-label="Kind of layer ${at + 1}" @change=${(event: Event) => take({ stack: replaced(stack, at, newLayer((event.target as HTMLSelectElement).value)) })}>
    <optgroup label="Cells">${options('cell')}</optgroup>
    <optgroup label="Blocks">${options('block')}</optgroup>
  </select>`;
}

type Value = number | string | boolean | undefined;

function fieldControl(field: PlayField, { options }: PlayLayer, layer: string, obstacle: (value: Value) => string, take: (value: Value) => void, { refuse }: StackEditing): TemplateResult {
  const { name, title, usual } = field;
  const given = options[name] ?? usual;
  const label = `${title} of ${layer}`;
  if (field.kind === 'number') {
    const change = (event: Event) => {
      const input = event.target as HTMLInputElement;
      const value = input.value === '' && !input.validity.badInput ? undefined : input.valueAsNumber;
      const reason = obstacle(value);
      if (!reason) return take(value);
      refuse(reason);
      input.value = String(given ?? '');
    };
    return html`<label>${title}<input type="number" aria-label=${label} min=${field.least} max=${field.most} step=${field.step} inputmode="decimal" .value=${String(given ?? '')} placeholder=${usual === undefined ? 'auto' : nothing} @change=${change} /></label>`;
  }
  if (field.kind === 'flag') {
    const reason = obstacle(!given);
    return html`<label class="check" title=${reason || nothing}><input type="checkbox" aria-label=${label} .checked=${Boolean(given)} ?disabled=${reason !== ''} @change=${() => take(!given)} />${title}${reason ? html` <span class="reason">${shortened(reason)}</span>` : nothing}</label>`;
  }
  return html`<label>${title}<select aria-label=${label} @change=${(event: Event) => take((event.target as HTMLSelectElement).value)}>
    ${field.words.map((word) => {
      const reason = word === given ? '' : obstacle(word);
      return html`<option value=${word} ?disabled=${reason !== ''} .selected=${word === given} title=${reason || nothing}>${reason ? `${word}: ${shortened(reason)}` : word}</option>`;
    })}
  </select></label>`;
}

/** Disabled by aria alone, so that it keeps the focus and its reason is heard when it is pressed. */
function button(sign: string, obstacle: string, act: () => void, { refuse }: StackEditing, { class: classes, label }: { readonly class: string; readonly label: string }): TemplateResult {
  return html`<button type="button" class=${classes} aria-label=${label} aria-disabled=${String(obstacle !== '')} title=${obstacle || nothing} @click=${() => (obstacle ? refuse(obstacle) : act())}>${sign}</button>`;
}

/** A reason without the place that it is of, which is where it stands. */
function shortened(reason: string): string {
  return reason.replace(/^Layer \d+(, [^:]+)?: /, '').replace(/\.$/, '');
}

