/** What a picture of a gradient's flow says in words. */
import { html, type TemplateResult } from 'lit';
import { float32EndOf, meanFieldRate, ratePerStep, type Float32End } from '../engine';
import { clippedCurve } from './flow_clip';
import type { PlotCurve } from './flow_plot';
import type { FlowPicture } from './flow_measurement';
import { ofLog10, superscript } from './log_axis';

/** The curves of a picture, the main one first; clipped at `clip` too, if that is not 0. */
export function curvesOf(picture: FlowPicture, clip: number): PlotCurve[] {
  const { rms, largest, smallest, vanilla, keep, of, back, by } = picture;
  const curves: PlotCurve[] = [{ kind: 'measured', label: by === 'state' ? 'measured: root mean square singular value' : 'measured: root mean square over the numbers of y', values: rms }];
  if (clip) curves.push({ kind: 'clipped', label: `clipped at ${clip}`, values: clippedCurve(rms, clip) });
  if (largest) curves.push({ kind: 'largest', label: 'largest singular value', values: largest });
  if (smallest) curves.push({ kind: 'smallest', label: 'smallest singular value', values: smallest });
  if (vanilla) {
    curves.push({ kind: 'ideal', label: `ideal: ρ(U)ᵏ = ${rounded(10 ** vanilla.log10SpectralRadius)}ᵏ`, values: vanilla.ideal });
    curves.push({ kind: 'bound', label: 'bound: ∏ σₘₐₓ(U) · largest slope', values: vanilla.bound });
  }
  if (keep) {
    curves.push({ kind: 'keep', label: `∏ ${keep.gate}: what the gate alone keeps`, values: keep.curve });
    if ('settings' in of) {
      const { bias } = of.settings;
      const log10 = -Math.log1p(Math.exp(-bias)) * Math.LOG10E;
      curves.push({ kind: 'keep-ideal', label: `σ(${rounded(bias)})ᵏ: the same without noise and U`, values: Float64Array.from({ length: back + 1 }, (_, k) => k * log10) });
    }
  }
  return curves;
}

/** `k = 30: 5.9e−8 measured, 0.042 ideal`. */
export function readingAt(picture: FlowPicture, k: number, clip: number): string {
  const { rms, vanilla, keep, of } = picture;
  const parts = [`${ofLog10(rms[k])} measured`];
  if (clip) parts.push(`${ofLog10(clippedCurve(rms, clip)[k])} when clipped`);
  if (vanilla) parts.push(`${ofLog10(vanilla.ideal[k])} ideal`);
  if (keep) parts.push(`${ofLog10(keep.curve[k])} by the gates alone`);
  return `k = ${k}${'words' in of ? `, from “${lastOf(of.words)}” back to “${of.words[of.words.length - 1 - k]}”` : ''}: ${parts.join(', ')}`;
}

/** The gradient that is measured, in letters. */
export function gradientName({ states, by }: FlowPicture): TemplateResult {
  if (by === 'input') return html`‖∂y<sub>T</sub> / ∂x<sub>T−k</sub>‖, through all layers, on a logarithmic axis`;
  const s = states.length > 1 ? `(${states.join(', ')})` : states[0];
  return html`‖∂${s}<sub>T</sub> / ∂${s}<sub>T−k</sub>‖, on a logarithmic axis`;
}

/** What the weights alone would suggest, against what is measured. */
export function verdict(picture: FlowPicture, k: number): string {
  const { vanilla, rms, of, keep, back } = picture;
  if ('words' in of) return '';
  const sentences: string[] = [];
  if (vanilla) {
    const radius = 10 ** vanilla.log10SpectralRadius;
    sentences.push(
      `Over ${steps(k)} the spectral radius alone promises ${rounded(radius)}${superscript(k)} = ${ofLog10(vanilla.ideal[k])}; measured is ${ofLog10(rms[k])}${factor(rms[k] - vanilla.ideal[k])}.`,
      `The largest singular value of U is ${rounded(10 ** vanilla.log10SigmaMax)}, its spectral radius ${rounded(radius)}.`,
    );
  } else if (keep) {
    sentences.push(`Over ${steps(k)} the ${keep.gate} gates alone keep ${ofLog10(keep.curve[k])}; the gradient of the whole state is ${ofLog10(rms[k])}.`);
  }
  if (back >= 20) {
    const to = Math.min(50, back);
    const { cell, gain, drive } = of.settings;
    const expected = cell === 'rnn' && drive > 0 ? `; mean-field theory expects ${rounded(meanFieldRate(gain, drive), 4)}` : '';
    sentences.push(`From k = 10 to ${to} every step multiplies the gradient by ${rounded(ratePerStep(rms, 10, to), 4)}${expected}.`);
  }
  return sentences.join(' ');
}

/** Where float32 ends, and what that means; empty where it does not. */
export function float32Words({ rms, vanilla, back, of }: FlowPicture): string {
  const end = float32EndOf(rms);
  if (end) return endWords(end, 'The measured gradient');
  if ('words' in of) return '';
  const ideal = vanilla && float32EndOf(vanilla.ideal.subarray(0, back + 1));
  return ideal ? `${endWords(ideal, 'The ideal')} The measured gradient stays within float32 up to k = ${back}.` : `Up to k = ${back} the measured gradient stays within what float32 can hold.`;
}

function endWords({ back, kind, log10 }: Float32End, what: string): string {
  return kind === 'overflow'
    ? `${what} reaches ${ofLog10(log10)} at k = ${back}, more than the largest float32, 3.4e38: trained in float32 it is infinite from there on, and nothing computed from it can be trusted.`
    : `${what} falls to ${ofLog10(log10)} at k = ${back}, below the smallest normal float32, 1.2e−38: trained in float32 it loses its digits from there on and soon is exactly 0.`;
}

/** What was averaged, and what computed it. */
export function provenance({ engine, sequences, wanted, of }: FlowPicture): string {
  const mean = 'settings' in of && wanted > 1 ? `Geometric mean of ${sequences === wanted ? wanted : `${sequences} of ${wanted}`} sequences of noise. ` : '';
  return `${mean}States: ${engine.description}. Derivatives: float64, along these very states.`;
}

function factor(log10: number): string {
  if (!(Math.abs(log10) > 0.05) || !Number.isFinite(log10)) return '';
  return `, ${ofLog10(Math.abs(log10))} times ${log10 < 0 ? 'less' : 'more'}`;
}

function steps(k: number): string {
  return k === 1 ? '1 step' : `${k} steps`;
}

function rounded(value: number, digits = 3): string {
  return String(Number(value.toPrecision(digits))).replace('-', '−');
}

function lastOf(words: readonly string[]): string {
  return words[words.length - 1];
}
