/**
 * The questions of chapter 7, by the names in quiz.html: what each experiment found, in words, and which answer that
 * supports. No answer is called right in advance; an experiment that does not decide says so.
 */
import { decimal } from '../elements/signed_number';
import { percent } from '../elements/training_words';
import { costExperiment, fadingExperiment, powerExperiment, reachExperiment, REACH_UNITS, startExperiment, type Bench, type Learned } from './quiz_experiments';

export interface Finding {
  /** What was measured, and what came out. */
  readonly rows: readonly { readonly what: string; readonly found: string }[];
  /** The answer that the numbers are for; undefined where they decide nothing. */
  readonly supported: string | undefined;
  /** What the numbers say to each answer, by its letter. */
  readonly says: Readonly<Record<string, string>>;
}

export interface Question {
  /** What the page runs, in a sentence. */
  readonly experiment: string;
  run(bench: Bench): Promise<Finding>;
}

const reach: Question = {
  experiment: `The page trains three plain networks of ${REACH_UNITS} units over 8 words and over 30, then three GRUs of ${REACH_UNITS} units over 30, their update gates started nearly open.`,
  async run(bench) {
    const { plainNear, plainFar, gatedFar } = await reachExperiment(bench);
    const learned = ({ solved, networks }: Learned) => 2 * solved > networks;
    const held = learned(plainNear) && !learned(plainFar) && learned(gatedFar) && plainNear.arrives > 0.01 && plainFar.arrives < 0.01;
    const row = (name: string, { distance, arrives, solved, networks, accuracy, updates }: Learned) => ({
      what: `${name}, ${distance} words`,
      found: `${decimal(100 * arrives, arrives < 0.001 ? 4 : 1)} % of the gradient arrives before training; learned by ${solved} of ${networks} within ${updates} updates, ${percent(accuracy)} right at the end`,
    });
    return {
      rows: [row('Plain', plainNear), row('Plain', plainFar), row('GRU', gatedFar)],
      supported: held ? 'b' : undefined,
      says: {
        a: `The GRU had no more than ${REACH_UNITS} numbers either, and ${gatedFar.solved} of ${gatedFar.networks} learned it over ${gatedFar.distance} words. Room was not what was missing.`,
        b: `Over ${plainNear.distance} words ${percent(plainNear.arrives)} of the gradient arrived and the plain network learned; over ${plainFar.distance} it was ${decimal(100 * plainFar.arrives, 4)} %, and it stayed at guessing. Where ${percent(gatedFar.arrives)} arrived over the same ${gatedFar.distance} words, learning was quick.`,
        c: `A GRU is a recurrent network, and ${gatedFar.solved} of ${gatedFar.networks} learned it over ${gatedFar.distance} words. There is no such limit; there is one for how a network starts.`,
      },
    };
  },
};

const power: Question = {
  experiment: 'The page multiplies out the Jacobians of such a network of 64 units over thirty steps, once with nothing to read and once with inputs of that size.',
  async run(bench) {
    const { promised, withoutInput, withInput } = await powerExperiment(bench);
    const near = Math.abs(Math.log10(withInput / promised)) < 0.3;
    return {
      rows: [
        { what: '0.9³⁰', found: decimal(promised) },
        { what: 'Measured, with nothing to read', found: decimal(withoutInput) },
        { what: 'Measured, with inputs of unit size', found: decimal(withInput) },
      ],
      supported: near ? 'a' : withInput < 1e-6 ? 'b' : withInput > promised ? 'c' : undefined,
      says: {
        a: `That is what is left if nothing is read: ${decimal(withoutInput)}. Inputs push the units to where tanh is flat, and each slope below 1 is one more factor: ${decimal(withInput)}.`,
        b: `With inputs ${decimal(withInput)} was left, ${decimal(withoutInput / withInput, 0)} times less than without. 0.9³⁰ is the best case.`,
        c: `The other way round: inputs took it from ${decimal(withoutInput)} down to ${decimal(withInput)}. What is read moves the units to where tanh is flat.`,
      },
    };
  },
};

const start: Question = {
  experiment: 'The page reads a sentence of 31 words with untrained LSTMs of 32 units, their forget gates started with biases of 0, 1 and 3.',
  async run(bench) {
    const [zero, one, three] = await startExperiment(bench);
    const keeps = three.left > 1e3 * one.left && one.left > 1e3 * zero.left;
    return {
      rows: [zero, one, three].map(({ bias, forget, left, slope, input }) => ({
        what: `Bias ${bias}`,
        found: `f is ${decimal(forget, 2)} on average, and after 30 steps ${decimal(left, 2)} of the cell state is left; the slope of σ there is ${decimal(slope, 2)}; i is ${decimal(input, 2)}`,
      })),
      supported: keeps && one.slope > 0.1 && Math.abs(one.input - zero.input) < 0.05 ? 'a' : undefined,
      says: {
        a: `With a bias of 0, ${decimal(zero.left)} of what stood in the cell state is left after 30 steps; with 1 ${decimal(one.left)}, with 3 ${decimal(three.left)}. A gradient goes back along the same product.`,
        b: `At a bias of 1 the slope of the gate’s σ is still ${decimal(one.slope, 2)}, of at most 0.25: it can be learned like any other. What changes is what is left after 30 steps, from ${decimal(zero.left)} to ${decimal(one.left)}.`,
        c: `The input gate decides about writing, and it stayed where it was: ${decimal(zero.input, 2)} and ${decimal(one.input, 2)}. What changes is what is kept: ${decimal(zero.left)} against ${decimal(one.left)} after 30 steps.`,
      },
    };
  },
};

const fading: Question = {
  experiment: 'The page reads two sentences, with cat and with cats, followed by twenty words, and compares: with an untrained plain network, and with an untrained GRU whose update gates start at σ(5).',
  async run(bench) {
    const { plain, gated } = await fadingExperiment(bench);
    const lost = plain.stored[1] / plain.stored[0];
    const kept = gated.stored[1] / gated.stored[0];
    const apart = plain.bright[1] > 5 * gated.bright[1] && lost < 1e-3 && kept > 0.5;
    const row = (what: string, { bright, stored }: typeof plain) => ({
      what,
      found: `an entry of h is ${decimal(bright[0], 2)} in size at the noun and ${decimal(bright[1], 2)} twenty words later; the two sentences are ${decimal(stored[0])} apart, and then ${decimal(stored[1])}`,
    });
    return {
      rows: [row('Plain network', plain), row('GRU', gated)],
      supported: apart ? 'b' : undefined,
      says: {
        a: `The palest heatmap here kept most: ${percent(kept)} of the difference between cat and cats is there after twenty words, in entries of ${decimal(gated.bright[1], 2)}. The brightest, at ${decimal(plain.bright[1], 2)}, kept ${decimal(lost)} of it.`,
        b: `The plain network stayed bright, ${decimal(plain.bright[1], 2)}, and ${decimal(lost)} of the difference is left; the GRU is pale, ${decimal(gated.bright[1], 2)}, and has ${percent(kept)} of it. To see what is stored, subtract two runs.`,
        c: `The plain network has no gates, and its colours mislead as well: as bright after twenty words as it was (${decimal(plain.bright[0], 2)}, then ${decimal(plain.bright[1], 2)}), with ${decimal(lost)} of the difference left.`,
      },
    };
  },
};

const cost: Question = {
  experiment: 'The page reads sequences of 512 to 4,096 steps with one layer of width 16 of each kind, times them on this machine’s CPU, and fits the power of the length.',
  async run(bench) {
    const found = await costExperiment(bench);
    const steepest = found.toSorted((one, other) => other.power - one.power);
    const letters: Readonly<Record<string, string>> = { LSTM: 'a', attention: 'b', Mamba: 'c' };
    const clear = steepest[0].power - steepest[1].power > 0.3 && steepest[0].power > 1.5;
    const ratio = ({ times }: (typeof found)[number]) => decimal(times[times.length - 1] / times[0], 1);
    const said = (name: string) => {
      const it = found.find((each) => each.name === name)!;
      return `Eight times the length took ${name === 'attention' ? 'attention' : name === 'LSTM' ? 'the LSTM' : 'Mamba'} ${ratio(it)} times the time, a power of ${decimal(it.power, 2)}.`;
    };
    return {
      rows: found.map(({ name, lengths, times, power: fitted }) => ({
        what: name === 'attention' ? 'Attention' : name,
        found: `${times.map((time, k) => `${decimal(time, time < 10 ? 1 : 0)} ms for ${lengths[k].toLocaleString('en')}`).join(', ')}: time grows with the length to the power of ${decimal(fitted, 2)}`,
      })),
      supported: clear ? letters[steepest[0].name] : undefined,
      says: {
        a: `${said('LSTM')} It does the same at every step. ${said('attention')} There every step looks at all steps before it.`,
        b: `${said('attention')} Every step looks at all steps before it, and in short sequences other work hides that. ${said('LSTM')} ${said('Mamba')}`,
        c: `${said('Mamba')} Its state has one size, however long the sequence. ${said('attention')}`,
        d: `${said('LSTM')} ${said('Mamba')} ${said('attention')} They do not grow alike.`,
      },
    };
  },
};

/** In the order of the page. */
export const questions: Readonly<Record<string, Question>> = { reach, power, start, fading, cost };
