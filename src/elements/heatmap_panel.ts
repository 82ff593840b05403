/** The tools of a heatmap, loaded when the reader opens them: zoom, order, selection, what is alike, files and code. */
import { html, nothing, type TemplateResult } from 'lit';
import type { Place } from './grid_keys';
import type { Attention } from './heatmap_attention';
import type { HeatmapGeometry } from './heatmap_geometry';
import { columnName, columnSpan } from './heatmap_labels';
import type { HeatmapOrder } from './heatmap_order';
import { panelPhrases } from './heatmap_panel_phrases';
import { heatmapPhrases } from './heatmap_phrases';
import type { HeatmapPointer } from './heatmap_pointer';
import { progressBar } from './heatmap_progress';
import type { HeatmapProperties, OrderName } from './heatmap_properties';
import type { HeatmapSelection } from './heatmap_selection';
import type { HeatmapTools } from './heatmap_tools';
import type { HeatmapView } from './heatmap_view';
import type { Coding } from './range';
import type { FileFormat } from './take_away/take_away';
import { sayer } from './wording';

export { panelStyles as styles } from './heatmap_panel_styles';

export interface PanelParts {
  readonly host: HeatmapProperties;
  readonly geometry: HeatmapGeometry;
  readonly coding: Coding;
  readonly view: HeatmapView;
  readonly attention: Attention;
  readonly selection: HeatmapSelection;
  readonly order: HeatmapOrder;
  readonly pointer: HeatmapPointer;
  readonly tools: HeatmapTools;
  readonly changed: () => void;
  readonly copyEntry: (place: Place) => void;
  readonly save: (format: FileFormat) => void;
  readonly copyCode: () => void;
  readonly copyLink: () => void;
}

type SayInPanel = ReturnType<typeof sayerFor>;

const sayerFor = (host: HeatmapProperties) => sayer({ ...heatmapPhrases, ...panelPhrases }, host.labels);

export function panelOf(parts: PanelParts): TemplateResult {
  const { host, tools } = parts;
  const say = sayerFor(host);
  return html`<div part="panel" class="panel" role="group" aria-label=${say('tools')}>
    ${zooming(parts, say)} ${ordering(parts, say)} ${selecting(parts, say)} ${entry(parts, say)} ${takingAway(parts, say)}
    <p class="note" role="status">${tools.note}</p>
  </div>`;
}

function group(name: string, content: unknown): TemplateResult {
  return html`<fieldset>
    <legend>${name}</legend>
    ${content}
  </fieldset>`;
}

function button(words: string, does: () => void, enabled = true): TemplateResult {
  return html`<button type="button" ?disabled=${!enabled} @click=${does}>${words}</button>`;
}

function zooming({ view, geometry }: PanelParts, say: SayInPanel): TemplateResult {
  const { zoom, zooms } = geometry.layout;
  return group(say('zoom'), html`${button(say('zoomOut'), view.zoomOut, zoom > zooms.least)} ${button(say('zoomIn'), view.zoomIn, zoom < zooms.most)} ${button(say(view.isWhole && zooms.least < 1 ? 'ownSize' : 'whole'), view.toggleWhole, zooms.least < 1 || zoom !== 1)}`);
}

function ordering({ host, geometry: { matrix }, order, attention, changed }: PanelParts, say: SayInPanel): TemplateResult | typeof nothing {
  if (matrix.rows === 1 || matrix.pairs) return nothing;
  const here = host.order === 'value' ? host.orderColumn : attention.current(matrix).column;
  const names: Record<OrderName, string> = { original: say('asNumbered'), value: say('byValue', { column: columnName(matrix, here, say) }), correlation: say('byCorrelation') };
  const name = say('order', { noun: say('noun', { noun: matrix.rowNoun, count: 2 }) });
  const choose = (event: Event) => {
    order.choose((event.target as HTMLSelectElement).value as OrderName, here);
    changed();
  };
  return group(
    name,
    html`<select aria-label=${name} @change=${choose}>
        ${Object.entries(names).map(([value, words]) => html`<option value=${value} .selected=${value === host.order}>${words}</option>`)}
      </select>
      ${order.progress === undefined ? nothing : progressBar(order.progress, say('clustering'), order.cancel, say)}`,
  );
}

function selecting(parts: PanelParts, say: SayInPanel): TemplateResult {
  const { geometry, selection, pointer, changed } = parts;
  const { matrix } = geometry;
  const { rows, columns } = selection.value;
  const isSome = rows.length > 0 || columns !== undefined;
  const current = parts.attention.current(matrix);
  const bySwipe = html`<label class="check"><input type="checkbox" .checked=${pointer.selects} @change=${() => ((pointer.selects = !pointer.selects), changed())} />${say('selectByFinger')}</label>`;
  return group(
    say('selection'),
    html`<p>${isSome ? selection.inWords(matrix) : say('howToSelect')}</p>
      ${button(say('selectRow', { row: parts.attention.rowNameOf(matrix, current) }), () => selection.select({ rows: [current.row], columns: undefined }, matrix))}
      ${button(say('selectColumn', { column: columnName(matrix, current.column, say) }), () => selection.select({ rows: [], columns: [current.column, current.column] }, matrix))}
      ${button(say('clearSelection'), () => selection.clear(matrix), isSome)} ${navigator.maxTouchPoints > 0 ? bySwipe : nothing} ${matrix.pairs ? nothing : alike(parts, say)}`,
  );
}

function alike({ geometry: { matrix }, coding, selection, tools, attention, view }: PanelParts, say: SayInPanel): TemplateResult {
  const { value } = selection;
  if (!value.columns) return html`<p>${say('selectSpanFirst', { noun: say('noun', { noun: matrix.columnNoun, count: 2 }) })}</p>`;
  const threshold = tools.threshold ?? usualThreshold(coding);
  const set = (event: Event) => {
    const number = Number((event.target as HTMLInputElement).value);
    if (number > 0) tools.threshold = number;
  };
  const found = tools.alikeTo(value);
  const go = (column: number, row: number) => () => {
    attention.go({ row, column });
    view.reveal({ row: view.geometry?.order.placeOf(row) ?? row, column });
  };
  const rows = found && selection.listed(matrix, found.rows);
  return html`<div class="alike">
    <label>${say('threshold')} <input type="number" min="0" step="any" .value=${String(threshold)} @change=${set} /></label>
    ${button(say('findAlike'), () => void tools.findAlikeForReader(value, tools.threshold ?? usualThreshold(coding)))}
    ${!found || !rows
      ? nothing
      : html`<p role="status">
            ${found.rows.length === 0
              ? say('noneBeyond', { threshold: say('number', { value: found.threshold }) })
              : found.spans.length === 0
                ? say('noneAlike', { rows })
                : say('foundAlike', { rows, count: found.spans.length })}
          </p>
          <ul>
            ${found.spans.map(({ span, share }) => html`<li>${button(say('alikeAt', { span: columnSpan(matrix, span, say), percent: Math.round(100 * share) }), go(span[0], found.rows[0]))}</li>`)}
          </ul>`}
  </div>`;
}

/** Three tenths of the range, or the middle of its decades. */
function usualThreshold({ scaling, min, max }: Coding): number {
  return Number((scaling === 'log' ? 10 ** ((min + max) / 2) : 0.3 * Math.max(-min, max)).toPrecision(2));
}

function entry({ host, geometry: { matrix }, attention, copyEntry, changed }: PanelParts, say: SayInPanel): TemplateResult {
  const current = attention.current(matrix);
  const turn = () => {
    host.table = !host.table;
    changed();
  };
  return group(say('entry'), html`<p>${attention.nameOf(matrix, current)}</p>${button(say('pin'), () => attention.togglePin(current))} ${button(say('copyEntry'), () => copyEntry(current))} ${button(say(host.table ? 'showPicture' : 'showTable'), turn)}`);
}

function takingAway({ host, tools, save, copyCode, copyLink, changed }: PanelParts, say: SayInPanel): TemplateResult {
  const formats: readonly FileFormat[] = ['png', 'svg', 'csv', 'json'];
  const setPart = (event: Event) => {
    tools.part = (event.target as HTMLSelectElement).value === 'seen' ? 'seen' : 'all';
    changed();
  };
  const setScale = (event: Event) => (tools.scale = Number((event.target as HTMLSelectElement).value));
  return group(
    say('takeAway'),
    html`<label
        >${say('part')}
        <select @change=${setPart}>
          <option value="all" .selected=${tools.part === 'all'}>${say('all')}</option>
          <option value="seen" .selected=${tools.part === 'seen'}>${say('seen')}</option>
        </select></label
      >
      <label
        >${say('scale')}
        <select @change=${setScale}>
          ${[1, 2, 3, 4, 8].map((scale) => html`<option value=${scale} .selected=${tools.scale === scale}>${scale} ×</option>`)}
        </select></label
      >
      ${formats.map((format) => button(format.toUpperCase(), () => save(format)))} ${button(say('copyEmbed'), copyCode)} ${host.permalink && host.id ? button(say('copyLink'), copyLink) : nothing}`,
  );
}
