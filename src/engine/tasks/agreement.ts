import { OptionError } from '../errors';
import { agreementSentence, agreementWords, BARE_WORDS, checkedDistance, LONGEST_MODIFIER, MODIFIER_ODDS, type Attractors } from './agreement_grammar';
import { tokenTask } from './token_task';

/** Attractors by the value of their setting. */
const attractorsBySetting: readonly Attractors[] = ['drawn', 'same', 'opposite'];
const DRAWN = -1;

/** The row of each word. */
const rowOf = new Map(agreementWords.map((word, row) => [word, row]));

/**
 * A language model of the 59-word grammar (agreement_grammar.ts): at every step, what is the next word? Sentences are as
 * long as the longest their settings allow, filled up with `<pad>`, where nothing is asked: 24 steps with modifiers
 * drawn, 4 + 5 · modifiers with a number of them, 4 + distance with a distance. A distance is exact, and takes the
 * place of a number of modifiers.
 */
export const agreement = tokenTask(
  {
    name: 'agreement',
    title: 'Agreement of subject and verb',
    description: 'Small English sentences; the network learns to say the next word. To say "was" or "were" it must remember the noun at the start, across other nouns that mislead. Most words cannot be known, so that even the best model names only a part of them; what counts are the verbs.',
    source: 'after Linzen, Dupoux, Goldberg 2016',
    settings: [
      { name: 'modifiers', title: 'Modifiers between noun and verb', default: DRAWN, least: DRAWN, most: MODIFIER_ODDS.length - 1, names: { [DRAWN]: 'drawn' } },
      { name: 'distance', title: 'Words between noun and verb', default: DRAWN, least: DRAWN, most: 400, names: { [DRAWN]: 'drawn' } },
      { name: 'attractors', title: 'Number of the nouns in between', default: 0, least: 0, most: 2, names: { 0: 'drawn', 1: 'the same', 2: 'opposite' } },
    ],
  },
  ({ modifiers, distance, attractors }) => {
    if (distance !== DRAWN && modifiers !== DRAWN) throw new OptionError('modifiers', 'agreement: modifiers and distance are both chosen; give one of the two.');
    const plan = {
      modifiers: modifiers === DRAWN ? undefined : modifiers,
      distance: distance === DRAWN ? undefined : checkedDistance(distance),
      attractors: attractorsBySetting[attractors],
    };
    const between = plan.distance ?? LONGEST_MODIFIER * (plan.modifiers ?? MODIFIER_ODDS.length - 1);
    return {
      vocab: agreementWords,
      classes: agreementWords,
      steps: BARE_WORDS + between - 1,
      draw(uniform, tokens, targets) {
        const { words } = agreementSentence(uniform, plan);
        words.forEach((word, t) => {
          const row = rowOf.get(word)!;
          if (t < tokens.length) tokens[t] = row;
          if (t > 0) targets[t - 1] = row;
        });
      },
    };
  },
);
