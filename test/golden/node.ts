/** What scripts/validate.mjs needs of the TypeScript side in Node: the reading of cases, and the reference's verdicts. */
import { createEngine } from '../../src/engine/index';

export { parseCase } from './golden_case';
export { referencePieces } from './reference_pieces';
export { formsOf, unsupportedReason } from './run_case';
export { judge, unsupportedCase } from './verdict';

/** The reference. */
export const engine = await createEngine({ device: 'cpu' });
