import { createEngine } from '../../../src/engine/index';
import { extremesClaims } from './extremes_claims';

const engine = await createEngine({ device: 'cpu' });

extremesClaims(() => engine);
