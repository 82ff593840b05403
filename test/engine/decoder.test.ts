import { createEngine } from '../../src/engine/index';
import { decoderClaims } from './decoder_claims';

const engine = await createEngine({ device: 'cpu' });

// States pass through float32 from step to step: half a unit in its last place at each.
decoderClaims(() => engine, 1e-6);
