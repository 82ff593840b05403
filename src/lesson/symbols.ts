/** Equations in the prose have the colours of the diagrams, and each lights the other within a chapter. */
import type { RnnCellDiagram, SymbolFocusEvent } from '../elements/rnn-cell-diagram';
import { symbolColours } from '../elements/symbol_colours';

export function lightSymbols(): void {
  document.adoptedStyleSheets.push(symbolColours.styleSheet!);
  document.addEventListener('symbol-focus', ({ target, symbols }: SymbolFocusEvent) => {
    for (const symbol of (target as Element).closest('.chapter')?.querySelectorAll<HTMLElement>('.equation [data-name]') ?? []) {
      symbol.classList.toggle('lit', symbols.includes(symbol.dataset['name']!));
    }
  });
  for (const equation of document.querySelectorAll('.equation')) {
    const light = ({ target }: Event) => {
      const name = (target as Element).closest<HTMLElement>('[data-name]')?.dataset['name'];
      for (const diagram of equation.closest('.chapter')?.querySelectorAll<RnnCellDiagram>('rnn-cell-diagram') ?? []) diagram.lit = name ? [name] : [];
    };
    equation.addEventListener('pointerover', light);
    equation.addEventListener('pointerleave', light);
  }
}
