/** Decoding: what a run left behind, in the form in which the next one takes it. */
import type { Tape } from './engine';
import { OptionError } from './errors';
import type { Tensor } from './math/tensor';
import type { States } from './model/inputs';
import { directionsOf } from './model/parameters';
import { layerStates, layerTitle } from './model/spec';

/**
 * The states of all layers after the last step: a run of the next steps with `{ states }` is the end of one long run. How
 * much memory they are is `stateBytes`.
 * Rejects with OptionError for a layer that reads from the end or sequences of several lengths, ReleasedError.
 */
export async function statesAfter(tape: Tape): Promise<States> {
  const { layers, seeds } = tape.model.shape;
  const reversed = layers.findIndex(({ directions }) => directions === 2);
  if (reversed >= 0) throw new OptionError('direction', `direction: layer ${reversed} reads from the end, and what comes next would change all it has read; use forward layers.`);
  return Promise.all(
    layers.map(async (layer, k) => {
      const states = layerStates(layer);
      const growing = states.find(({ grows }) => grows);
      if (growing && tape.inputs.lengths) throw new OptionError('lengths', `lengths: layer ${k}, ${layerTitle(layer)}, goes on only from sequences of one length; run them apart.`);
      const read = states.map(async ({ name }): Promise<readonly [string, Tensor]> => {
        const signal = tape.signal(`${name}_n`, { layer: k });
        const [, ...ofModel] = signal.shape;
        const models = seeds.length > 1 ? [seeds.length] : [];
        return [name, { shape: [...models, directionsOf(layer).length, ...ofModel], data: await signal.read() }];
      });
      return Object.fromEntries(await Promise.all(read));
    }),
  );
}
