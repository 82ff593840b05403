/** What a reader takes away from a heatmap: values and code through the clipboard, pictures and numbers as files, a link. */
import { copyText } from './clipboard';
import { download } from './download';
import type { Place } from './grid_keys';
import type { Attention } from './heatmap_attention';
import { HeatmapCopyEvent, HeatmapSaveEvent } from './heatmap_events';
import type { SayHeatmap } from './heatmap_phrases';
import type { HeatmapProperties } from './heatmap_properties';
import type { HeatmapSelection } from './heatmap_selection';
import type { HeatmapTools } from './heatmap_tools';
import type { HeatmapView } from './heatmap_view';
import { computedBy } from './heatmap_caption';
import type { MatrixSource } from './matrix_source';
import type { ModelConnection } from './model_connection';
import type { PageColours } from './page_colours';
import { plainNumber } from './plain_number';
import { isNothing, NOTHING, type Selection } from './selection';
import type { ShownMatrix } from './shown_matrix';
import type { FileFormat, Shown, Taking } from './take_away/take_away';

/** The parts of a heatmap that know what it shows. */
export interface HeatmapParts {
  readonly shown: ShownMatrix;
  readonly source: MatrixSource;
  readonly view: HeatmapView;
  readonly attention: Attention;
  readonly selection: HeatmapSelection;
  readonly tools: HeatmapTools;
  readonly page: PageColours;
  readonly connection: ModelConnection;
  readonly say: SayHeatmap;
}

export class HeatmapActions {
  /** @param parts - looked at anew whenever they are needed */
  constructor(
    private readonly host: HeatmapProperties,
    private readonly parts: () => HeatmapParts,
  ) {}

  /** Control and C on the grid: the selection, or the entry that the cursor is on. An event handler. */
  readonly copy = (event: ClipboardEvent): void => {
    const { shown, attention, selection, say } = this.parts();
    const { matrix } = shown;
    const text = matrix && this.#textOf(attention.current(matrix), selection.value);
    if (text === undefined || !matrix || !event.clipboardData) return;
    event.clipboardData.setData('text/plain', text);
    event.preventDefault();
    this.host.dispatchEvent(new HeatmapCopyEvent({ text }));
    const what = isNothing(selection.value) ? text : selection.inWords(matrix);
    attention.speakSoon(() => say('copied', { what }));
  };

  /** Copies the value of one entry. */
  readonly copyEntry = (place: Place): void => {
    const text = this.#textOf(place, NOTHING);
    if (text !== undefined) void this.#copyText(text, text);
  };

  readonly copyCode = (): void => void this.#attempt(async () => this.#copyText(await this.code(), this.parts().say('embedCode')));

  readonly copyLink = (): void => void this.#attempt(async () => this.#copyText(await this.link(), this.parts().say('link')));

  readonly save = (format: FileFormat): void =>
    void this.#attempt(async () => {
      const { tools, say } = this.parts();
      const { part, scale } = tools;
      const name = `${this.host.id || 'rnn-heatmap'}.${format}`;
      download(await this.file(format, { part, scale }), name);
      this.host.dispatchEvent(new HeatmapSaveEvent({ format, name }));
      tools.tell(say('saved', { name }));
    });

  /** Rejects, in words, while there is nothing to take. */
  async file(format: FileFormat, taking: Taking): Promise<Blob> {
    const { fileOf } = await import('./take_away/take_away');
    return fileOf(await this.#shownNow(), format, taking);
  }

  /** Rejects, in words, for more numbers than make sense in a page's code. */
  async code(): Promise<string> {
    const { codeOf } = await import('./take_away/take_away');
    const script = document.querySelector<HTMLScriptElement>('script[src$="rnn-heatmap.js"]');
    return codeOf(await this.#shownNow(), script?.src ?? 'rnn-heatmap.js');
  }

  async link(): Promise<string> {
    const { viewLink } = await import('./take_away/view_link');
    return viewLink(this.host, location.href);
  }

  async #shownNow(): Promise<Shown> {
    const { shown, source, view, selection, page, connection, say } = this.parts();
    const { geometry } = view;
    if (!geometry) throw new Error(shown.message || 'There is no picture yet.');
    const { matrix } = geometry;
    const at = shown.entries ?? (await matrix.read());
    const { engine } = source;
    const computed = engine && say('sentence', { text: computedBy(engine, matrix) });
    const title = this.host.label || say('sentence', { text: matrix.title });
    return {
      host: this.host,
      geometry,
      at,
      coding: shown.coding,
      dark: page.dark,
      chosen: page.chosen,
      selection: selection.value,
      lines: [title, say('sentence', { text: shown.remark }), computed ?? ''].filter(Boolean),
      computedBy: computed,
      single: engine?.kind === 'gpu',
      model: connection.model,
      say,
    };
  }

  /** A number with every digit, or those selected as a spreadsheet takes them: rows as they stand. */
  #textOf(place: Place, { rows: chosen, columns }: Selection): string | undefined {
    const { shown, source, view } = this.parts();
    const { geometry } = view;
    const { entries } = shown;
    if (!geometry || !entries) return undefined;
    const { matrix, order } = geometry;
    const single = source.engine?.kind === 'gpu';
    if (chosen.length === 0 && !columns) return plainNumber(entries(place.row, place.column), single);
    const [first, last] = columns ?? [0, matrix.columns - 1];
    const wanted = new Set(chosen);
    const rows = Array.from({ length: matrix.rows }, (_, k) => order.rowAt(k)).filter((row) => wanted.size === 0 || wanted.has(row));
    return rows.map((row) => Array.from({ length: last - first + 1 }, (_, k) => plainNumber(entries(row, first + k), single)).join('\t')).join('\n');
  }

  async #copyText(text: string, what: string): Promise<void> {
    const { attention, tools, say } = this.parts();
    const copied = await copyText(text);
    if (copied) this.host.dispatchEvent(new HeatmapCopyEvent({ text }));
    const told = copied ? say('copied', { what }) : say('notCopied');
    if (this.host.tools === 'open') tools.tell(told);
    else attention.speakSoon(() => told);
  }

  /** What goes wrong is told to the reader. */
  async #attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.parts().tools.tell(this.parts().say('sentence', { text: error instanceof Error ? error.message : String(error) }));
    }
  }
}
