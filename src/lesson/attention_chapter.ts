/** Wires chapter 5: the page's sentence, read by attention, and by what it is compared with. */
import type { RnnAttention } from '../elements/rnn-attention';
import type { InfluenceMeasuredEvent } from '../elements/influence_measured_event';
import type { RnnInfluence } from '../elements/rnn-influence';
import type { RnnModel } from '../elements/rnn-model';
import { figureModels, isFromFile, readWith, type Change } from './figure_models';
import { ATTENTION_RULES, BAG_RULES, THREE_RULES } from './figure_rules';
import { trainedAddress } from './gallery';
import type { LessonState } from './link';
import { endsOf, farthestFelt, pairsOf } from './influence_words';
import { RadioSettings } from './radio_settings';

/** Takes the page's way to change its state; returns what shows a state in the chapter's figures. */
export function attentionChapter(change: Change): (state: LessonState) => void {
  const figures = [attentionFigure(change), bagFigure(change), influenceFigure(change)];
  return (state) => {
    for (const show of figures) show(state);
    byId('pairs-told').textContent = pairsOf(state.text);
  };
}

/** Figure 19: the arcs. */
function attentionFigure(change: Change): (state: LessonState) => void {
  const model = byId<RnnModel>('attention-reader');
  const view = byId<RnnAttention>('attention-weights');
  const radios = new RadioSettings('attention', ATTENTION_RULES, byId('attention-choices'), (attention) => change({ attention }, 'new'));
  view.addEventListener('head-change', ({ head }) => radios.choose({ head: head === undefined ? 0 : head + 1 }));
  return figureModels([model], change, (state) => {
    const { weights, heads, head } = radios.show(state.attention);
    Object.assign(model, { layers: `attention heads:${heads} mlp:2`, seed: state.seed });
    readWith(model, weights === 'trained' ? trainedAddress('attention') : '', state.text);
    const trained = isFromFile(model);
    byId<HTMLFieldSetElement>('attention-drawn').disabled = trained;
    byId('attention-words').hidden = !trained;
    view.head = head === 0 ? undefined : head - 1;
  });
}

/** Figure 20: who notices that two words changed places. */
function bagFigure(change: Change): (state: LessonState) => void {
  const model = byId<RnnModel>('bag-reader');
  const radios = new RadioSettings('bag', BAG_RULES, byId('bag-choices'), (bag) => change({ bag }, 'new'));
  return figureModels([model], change, (state) => {
    const { positions, layers } = radios.show(state.bag);
    const layer = `attention heads:2 mlp:2 positions:${positions}`;
    Object.assign(model, { layers: layers === '2' ? `${layer}, attention heads:2 mlp:2` : layer, text: state.text, seed: state.seed });
  });
}

/** Figure 21: three networks, one scale. */
function influenceFigure(change: Change): (state: LessonState) => void {
  const kinds = ['lstm', 'attention', 'mamba'] as const;
  const models = kinds.map((kind) => byId<RnnModel>(`three-${kind}`));
  const views = models.map((model) => model.parentElement!.querySelector<RnnInfluence>('rnn-influence')!);
  const radios = new RadioSettings('three', THREE_RULES, byId('three-choices'), (three) => change({ three }, 'new'));
  const measured: (InfluenceMeasuredEvent | undefined)[] = kinds.map(() => undefined);
  views.forEach((view, k) => {
    view.addEventListener('influence-measured', (event) => {
      measured[k] = event;
      const known = measured.filter((each) => each !== undefined);
      Object.assign(views[0], endsOf(known));
      for (const other of views.slice(1)) Object.assign(other, { min: views[0].min, max: views[0].max });
      byId('influence-told').textContent = known.length === kinds.length ? farthestFelt(known, ['the LSTM', 'attention', 'Mamba']) : '';
    });
  });
  const stacks = { lstm: 'lstm hidden:16', attention: 'attention heads:2 mlp:2', mamba: 'mamba' };
  return figureModels(models, change, (state) => {
    const { weights } = radios.show(state.three);
    kinds.forEach((kind, k) => {
      Object.assign(models[k], { layers: stacks[kind], seed: state.seed });
      readWith(models[k], weights === 'trained' ? trainedAddress(kind) : '', state.text);
    });
  });
}

function byId<Type extends HTMLElement = HTMLElement>(id: string): Type {
  return document.getElementById(id) as Type;
}
