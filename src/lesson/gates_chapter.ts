/** Wires chapters 4a and 4b: the page's sentence, read by an LSTM, a plain network and a GRU. */
import type { RnnGates } from '../elements/rnn-gates';
import { halfLife } from '../elements/rnn-gates';
import type { RnnModel } from '../elements/rnn-model';
import { decimal } from '../elements/signed_number';
import { GRU_RULES } from './figure_rules';
import type { LessonState } from './link';
import { whenNear } from './near';
import { readSettings, writtenSettings, type SettingsOf } from './settings_link';

/** Takes the page's way to change its state; returns what shows a state in the chapter's figures. */
export function gatesChapter(change: (settings: Partial<LessonState>, history: 'new' | 'same') => void, slides: (field: HTMLInputElement, take: (value: number, history: 'new' | 'same') => void) => void): (state: LessonState) => void {
  const [lstm, plain, gru] = ['lstm-reader', 'plain-reader', 'gru-reader'].map((id) => byId<RnnModel>(id));
  const gates = byId<RnnGates>('gru-gates');
  const fields = [byId<HTMLInputElement>('forget-bias'), byId<HTMLInputElement>('update-bias')];
  const choices = [...document.querySelectorAll<HTMLInputElement>('#figure-gru input[type=radio]')];
  const near = new Set<RnnModel>();
  let shown: LessonState | undefined;

  for (const field of fields) slides(field, (bias, history) => change({ bias }, history));
  for (const choice of choices) {
    choice.addEventListener('change', () => {
      const settings = { ...readSettings('gru', GRU_RULES, shown?.gru ?? ''), [choice.name]: choice.value } as SettingsOf<typeof GRU_RULES>;
      change({ gru: writtenSettings(GRU_RULES, settings) }, 'new');
    });
  }
  for (const model of [lstm, plain, gru]) {
    model.addEventListener('cursor-change', ({ step, unit }) => change({ step: step + 1, unit: unit + 1 }, 'same'));
    whenNear(model.closest('figure')!, () => {
      near.add(model);
      if (shown) show(shown);
    });
  }

  function show(state: LessonState): void {
    shown = state;
    const { text, hidden, seed, gain, bias, step, unit } = state;
    const { reset, z } = readSettings('gru', GRU_RULES, state.gru ?? '');
    const keep = (gate: string) => (bias === undefined ? '' : `${gate}:${bias}`);
    Object.assign(lstm, { gateBias: keep('f') });
    Object.assign(gru, { cell: reset === 'before' ? 'gru_reset_before' : 'gru', gateBias: keep('z') });
    for (const model of near) {
      Object.assign(model, { text, units: hidden, seed, gain });
      model.cursor = { step: step - 1, unit: unit - 1 };
    }
    gates.complement = z === 'replaces';
    byId('gru-equations').textContent = equationsOf(reset, z);
    byId('gru-picture-note').hidden = z === 'keeps';
    for (const choice of choices) choice.checked = choice.value === (choice.name === 'reset' ? reset : z);
    for (const field of fields) field.value = String(bias ?? 0);
    for (const name of ['forget', 'update']) {
      byId(`${name}-value`).textContent = bias === undefined ? 'random' : String(bias);
      byId(`${name}-note`).textContent = noteOf(bias);
    }
  }
  return show;
}

function noteOf(bias: number | undefined): string {
  if (bias === undefined) return 'Drawn at random, close to 0, as PyTorch has it.';
  const kept = 1 / (1 + Math.exp(-bias));
  return `Were it alone, the gate would stand at ${decimal(kept)}: half of a state is lost in ${halfLife(Math.log10(kept))}, and after 30 steps ${decimal(kept ** 30)} is left.`;
}

function equationsOf(reset: string, z: string): string {
  const n = reset === 'after' ? 'n = tanh(W·x + b + r ⊙ (U·h + b′))' : 'n = tanh(W·x + U·(r ⊙ h) + b)';
  return z === 'keeps' ? `${n},  h′ = z ⊙ h + (1 − z) ⊙ n` : `${n},  h′ = (1 − z) ⊙ h + z ⊙ n. What is drawn as z is 1 minus the gate of before.`;
}

function byId<Type extends HTMLElement = HTMLElement>(id: string): Type {
  return document.getElementById(id) as Type;
}
