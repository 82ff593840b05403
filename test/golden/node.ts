/** What scripts/validate.mjs needs of the TypeScript side in Node: the reading of cases, and the reference's verdicts. */
import { createEngine } from '../../src/engine/index';

export { parseCase } from './golden_case';
export { referencePieces } from './reference_pieces';
export { formsOf, unsupportedReason } from './run_case';
export { judge, unsupportedCase } from './verdict';

/** The reference. Made while this module is loaded: Vite's importer has no way to load another module later. */
export const engine = await createEngine({ device: 'cpu' });
