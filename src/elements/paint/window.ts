/**
 * The part of a matrix that a canvas shows, in device pixels: every entry is a rectangle of whole pixels, and the
 * canvas is a window onto the plane of all of them.
 */
export interface PaintWindow {
  /** Size of the canvas. */
  readonly width: number;
  readonly height: number;
  /** Where the window's corner lies on the plane. */
  readonly left: number;
  readonly top: number;
  /** Size of an entry, the gap after it included. */
  readonly entryWidth: number;
  readonly entryHeight: number;
  /** Left free between entries, right and below. */
  readonly gap: number;
  /** Width of the stripes over entries that are not finite numbers. */
  readonly stripe: number;
  /** How many entries there are; where several share a pixel, how many pixels. */
  readonly rows: number;
  readonly columns: number;
}
