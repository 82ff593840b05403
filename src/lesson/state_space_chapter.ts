/** Wires the first figure of chapter 6: the page's sentence, read by Mamba. */
import type { RnnCellDiagram } from '../elements/rnn-cell-diagram';
import type { RnnModel } from '../elements/rnn-model';
import type { RnnScan } from '../elements/rnn-scan';
import { figureModels, isFromFile, readWith, type Change } from './figure_models';
import { SCAN_RULES } from './figure_rules';
import { trainedAddress } from './gallery';
import type { LessonState } from './link';
import { RadioSettings } from './radio_settings';

/** Takes the page's ways to change its state and to listen to a slider; returns what shows a state in the figure. */
export function stateSpaceChapter(change: Change, slides: (field: HTMLInputElement, take: (value: number, history: 'new' | 'same') => void) => void): (state: LessonState) => void {
  const model = byId<RnnModel>('scan-reader');
  const view = byId<RnnScan>('scan');
  const slider = byId<HTMLInputElement>('scan-delta');
  const radios = new RadioSettings('scan', SCAN_RULES, byId('scan-choices'), (scan, history) => change({ scan }, history));
  slides(slider, (exponent, history) => radios.choose({ delta: deltaOf(exponent, Number(slider.min)) }, history));
  view.addEventListener('channel-change', ({ channel }) => radios.choose({ channel: channel + 1 }));

  return figureModels([model], change, (state) => {
    const { weights, frozen, delta, channel } = radios.show(state.scan);
    const layers = ['mamba state:8', ...(frozen === 'yes' ? ['frozen:true'] : []), ...(delta === 0 ? [] : [`delta:${delta}`])].join(' ');
    Object.assign(model, { layers, seed: state.seed });
    readWith(model, weights === 'trained' ? trainedAddress('mamba') : '', state.text);
    const trained = isFromFile(model);
    // A trained network is what it is: these describe one that is not.
    byId<HTMLFieldSetElement>('scan-drawn').disabled = slider.disabled = trained;
    slider.value = delta === 0 ? slider.min : String(Math.log10(delta));
    byId('scan-delta-value').textContent = trained ? 'learned' : delta === 0 ? 'as published' : String(delta);
    byId('scan-note').textContent = trained ? '' : noteOf(delta);
    view.channel = byId<RnnCellDiagram>('scan-diagram').channel = channel - 1;
  });
}

/** Two digits of a power of ten; 0, for steps as they are published, at the slider's lower end. */
function deltaOf(exponent: number, least: number): number {
  return exponent <= least ? 0 : Number((10 ** exponent).toPrecision(2));
}

function noteOf(delta: number): string {
  if (delta === 0) return 'Each channel’s drawn between 0.001 and 0.1, evenly by its logarithm.';
  const kept = (n: number) => Number(Math.exp(-n * delta).toPrecision(2));
  return `Were it that alone, a word would keep ${kept(1)} of the first number of the state and ${kept(8)} of the eighth.`;
}

function byId<Type extends HTMLElement = HTMLElement>(id: string): Type {
  return document.getElementById(id) as Type;
}
