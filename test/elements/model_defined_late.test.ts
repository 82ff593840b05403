/** A page that loads heatmaps alone, and `<rnn-model>` later or never. */
import { expect, it, vi } from 'vitest';
import '../../src/elements/define/rnn-heatmap';

const settled = (assertion: () => void) => vi.waitFor(assertion, { timeout: 100_000, interval: 20 });

it('says which element is missing, and draws the model once it is there', async () => {
  document.body.innerHTML = '<rnn-model id="m" device="cpu" text="a b c"></rnn-model><rnn-heatmap for="m"></rnn-heatmap><rnn-heatmap device="cpu" text="a b"></rnn-heatmap>';
  const [linked, alone] = Array.from(document.querySelectorAll('rnn-heatmap'), (heatmap) => heatmap.shadowRoot!);
  await settled(() => expect(alone.querySelector('[role="grid"]')?.getAttribute('aria-colcount')).toBe('2'));
  expect(customElements.get('rnn-model')).toBeUndefined();
  expect(linked.querySelector('.empty')?.textContent).toContain('for: "m" is the id of an <rnn-model>, which this page does not define; load it beside <rnn-heatmap>.');

  await import('../../src/elements/define/rnn-model');
  await settled(() => expect(linked.querySelector('[role="grid"]')?.getAttribute('aria-colcount')).toBe('3'));
});
