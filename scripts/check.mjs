// @ts-check
// `npm run check`: what can be said without running anything.
import { checkTypes, lint } from './stages.mjs';
import { closingLine, sum } from './tally.mjs';

const total = sum([...(await checkTypes()), await lint()]);
console.log(`\n${closingLine(total)}`);
process.exit(total.failed > 0 ? 1 : 0);
