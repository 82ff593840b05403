import type { Inputs } from './inputs';
import type { ModelShape } from './spec';

/** The vectors that layer 0 reads, [M, T, B, I]; 0 at steps a sequence does not have. */
export function inputVectors({ layers, seeds }: ModelShape, { source, steps, sequences, lengths }: Inputs): Float32Array {
  const width = layers[0].inputs;
  const vectors = new Float32Array(seeds.length * steps * sequences * width);
  for (let m = 0; m < seeds.length; m++) {
    for (let row = 0; row < steps * sequences; row++) {
      if (lengths && Math.floor(row / sequences) >= lengths[row % sequences]) continue;
      const [values, from] = source.kind === 'vectors' ? [source.x, row] : [source.table, m * source.rows + source.tokens[row]];
      vectors.set(values.subarray(from * width, (from + 1) * width), (m * steps * sequences + row) * width);
    }
  }
  return vectors;
}
