/** The trained networks that come with the page, which `npm run gallery` makes. */

/** Cells of which there is one that has learned the agreement of subject and verb. */
export const trainedCells: readonly string[] = ['rnn', 'lstm', 'gru'];

/** Where the one of that cell is, beside the page. */
export function trainedAddress(cell: string): string {
  return `./models/agreement-${cell}.safetensors`;
}

/** Where the one is that reads a text character by character. */
export const charactersAddress = './models/characters-lstm.safetensors';
