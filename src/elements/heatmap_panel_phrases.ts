/** What a heatmap's tools and its table say, in English; the `labels` property may put other words in their place. */
export const panelPhrases = {
  zoom: () => 'Zoom',
  zoomIn: () => 'Larger',
  zoomOut: () => 'Smaller',
  whole: () => 'All of it',
  ownSize: () => 'Own size',

  order: ({ noun }: { noun: string }) => `Order of ${noun}`,
  asNumbered: () => 'as numbered',
  byValue: ({ column }: { column: string }) => `by value at ${column}`,
  byCorrelation: () => 'those that go together side by side',
  clustering: () => 'Finding out which go together',

  selection: () => 'Selection',
  howToSelect: () => 'Drag over entries or their names, or hold Shift and use the arrow keys.',
  selectByFinger: () => 'A finger selects instead of scrolling',
  clearSelection: () => 'Clear',
  selectRow: ({ row }: { row: string }) => `Select ${row}`,
  selectColumn: ({ column }: { column: string }) => `Select ${column}`,
  threshold: () => 'Beyond',
  findAlike: () => 'Find the same elsewhere',
  selectSpanFirst: ({ noun }: { noun: string }) => `Select some ${noun} to find where else the same happens.`,
  noneBeyond: ({ threshold }: { threshold: string }) => `None stays beyond ${threshold} throughout; try a smaller number.`,
  noneAlike: ({ rows }: { rows: string }) => `${rows} stay beyond it throughout, and nowhere else.`,
  foundAlike: ({ rows, count }: { rows: string; count: number }) => `${rows} stay beyond it throughout; so they do at ${count} other ${count === 1 ? 'place' : 'places'}:`,
  alikeAt: ({ span, percent }: { span: string; percent: number }) => `${span}, ${percent} %`,

  entry: () => 'Entry',
  pin: () => 'Pin',
  copyEntry: () => 'Copy value',
  showTable: () => 'Show as a table',
  showPicture: () => 'Show as a picture',

  takeAway: () => 'Take away',
  all: () => 'all of it',
  seen: () => 'what is in sight',
  scale: () => 'Pixels',
  part: () => 'Take',
  copyEmbed: () => 'Copy embed code',
  copyLink: () => 'Copy link',

  tableOf: ({ name }: { name: string }) => `${name}, as a table`,
  tablePart: ({ rows, columns }: { rows: string; columns: string }) => `Shown: ${rows}; ${columns}`,
  earlierColumns: () => 'Earlier columns',
  laterColumns: () => 'Later columns',
  upperRows: () => 'Rows above',
  lowerRows: () => 'Rows below',
} as const;

export type PanelPhrases = typeof panelPhrases;
