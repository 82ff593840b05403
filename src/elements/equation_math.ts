/**
 * Equations as MathML, from the lines in which a cell states them: `c' = f ⊙ c + i ⊙ g` becomes cₜ = fₜ ⊙ cₜ₋₁ + iₜ ⊙ gₜ.
 * Every symbol is an element with the symbol's name, `data-name`, so that a figure can light it: the old state is `h`, the
 * new one `h'`, all of W, W_i, W_f … are `W`.
 */
import { html, mathml, type TemplateResult } from 'lit';

/** What stands at one place of an equation. */
type Token = { readonly kind: 'name' | 'function' | 'sum' | 'number' | 'operator'; readonly text: string };

const forms: readonly (readonly [Token['kind'], RegExp])[] = [
  ['function', /^(?:tanh|softmax|softplus|norm|conv|SiLU|gelu|relu|exp|max|σ)(?![A-Za-z_'])/],
  ['sum', /^Σ_[a-z]/],
  ['name', /^[A-Za-zΔ]+(?:_[A-Za-z0-9Δ]+)?'?/],
  ['number', /^\d+(?:\.\d+)?/],
  ['operator', /^\S/],
];

/** The symbols of a line, in its order. */
export function tokensOf(line: string): Token[] {
  const tokens: Token[] = [];
  for (let rest = line.trim(); rest; rest = rest.trimStart()) {
    const [kind, text] = forms.map(([form, pattern]) => [form, pattern.exec(rest)?.[0]] as const).find(([, found]) => found !== undefined)!;
    tokens.push({ kind, text: text! });
    rest = rest.slice(text!.length);
  }
  return tokens;
}

/** The name that a symbol is lit by: `W_i` is a W, `b_in` a b, `h'` itself. */
export function symbolOf(name: string): string {
  return name.replace(/_.*$/, '');
}

/** The equation as `<math>`. */
export function equationMath(line: string, isLit: (name: string) => boolean = () => false): TemplateResult {
  return html`<math>${tokensOf(line).map((token) => element(token, isLit))}</math>`;
}

function element({ kind, text }: Token, isLit: (name: string) => boolean): TemplateResult<3> {
  if (kind === 'number') return mathml`<mn>${text}</mn>`;
  if (kind === 'function') return mathml`<mi>${text}</mi>`;
  if (kind === 'operator') return /[()]/.test(text) ? mathml`<mo stretchy="false">${text}</mo>` : mathml`<mo>${text}</mo>`;
  if (kind === 'sum') return mathml`<munder><mo>∑</mo><mi>${text.slice(2)}</mi></munder>`;
  const symbol = symbolOf(text);
  const [letter, index] = [symbol.replace("'", ''), text.slice(symbol.length + 1)];
  const classes = isLit(symbol) ? 'symbol lit' : 'symbol';
  const name = mathml`<mi>${letter}</mi>`;
  if (index) return mathml`<msub class=${classes} data-name=${symbol}>${name}<mi>${index}</mi></msub>`;
  // Weights and biases are the same at every step; all else is of a step, Mamba's B and C too: the one before, for what is read of the old state.
  if (/^(?![BC]$)[A-Zbp]/.test(symbol)) return mathml`<mrow class=${classes} data-name=${symbol}>${name}</mrow>`;
  const before = symbol === 'h' || symbol === 'c';
  return mathml`<msub class=${classes} data-name=${symbol}>${name}${before ? mathml`<mrow><mi>t</mi><mo>−</mo><mn>1</mn></mrow>` : mathml`<mi>t</mi>`}</msub>`;
}
