/** Names of the playground's views, as links hold them, in the order in which they stand on the page. Apart from the views, so that a link can be read without them. */
export const PLAY_VIEWS: readonly string[] = ['heatmap', 'state', 'unrolled', 'predictions', 'continuation', 'entry', 'cell', 'gates', 'attention', 'scan', 'compare', 'memory', 'influence', 'reach', 'flow', 'order', 'proof'];
