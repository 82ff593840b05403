/** Where the columns of a heatmap stand, so that a chart above or below it can share its axis of time. */
import { layoutFor } from './heatmap_layout';
import { labelWidths } from './text_width';

export interface TimeAxis {
  /** Where the first column begins, how far it is from one to the next, and how wide all is, in CSS pixels. */
  readonly left: number;
  readonly pitch: number;
  readonly width: number;
  /** Whether the words have room above the columns; without them more columns fit. */
  readonly worded: boolean;
}

/** The same in the units of a picture that is drawn so much larger. */
export function axisWithin({ left, pitch, width, worded }: TimeAxis, scale: number): TimeAxis {
  return { left: left / scale, pitch: pitch / scale, width: width / scale, worded };
}

/**
 * @param heatmap - one whose font is the right one, or null while there is none
 * @param room - the heatmap's width
 * @param rowNoun - what its rows are
 */
export function timeAxis(heatmap: Element | null, rows: number, words: readonly string[], room: number, rowNoun = 'unit'): TimeAxis {
  const font = heatmap ? getComputedStyle(heatmap) : { fontSize: '13px', fontFamily: 'system-ui, sans-serif' };
  const columns = words.length;
  const laidOut = (columnLabels: readonly string[] | undefined) => {
    const { gutter, entryWidth, ratio, overhang } = layoutFor({ rows, columns, rowLabels: undefined, columnLabels, rowNoun }, { width: room, ratio: devicePixelRatio, fontSize: parseFloat(font.fontSize), widthOf: labelWidths(font) });
    const pitch = entryWidth / ratio;
    return { left: gutter, pitch, width: gutter + columns * pitch, whole: gutter + columns * pitch + overhang };
  };
  const withWords = laidOut(words);
  const worded = withWords.whole <= room + 1;
  const { left, pitch, width } = worded ? withWords : laidOut(undefined);
  return { left, pitch, width, worded };
}
