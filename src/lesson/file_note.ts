/** Below a network whose file could not be opened: what is wrong, what is shown in its place, and a way to ask once more. */
import { html, nothing, render, type TemplateResult } from 'lit';
import type { RnnModel } from '../elements/rnn-model';

/**
 * Puts the place for it behind the model, and keeps it up to date.
 *
 * @param meanwhile - what the figure shows without the file
 */
export function tellOfFile(model: RnnModel, meanwhile = 'you see a network with random weights'): void {
  const place = document.createElement('div');
  place.className = 'file-note';
  place.setAttribute('role', 'status');
  model.after(place);
  let said = model.opening;
  let reason = '';
  model.watch(() => {
    const { opening } = model;
    if (opening === said) return;
    said = opening;
    // While it is on its way once more, the reason stands.
    if (opening.status !== 'loading') reason = opening.status === 'failed' ? opening.message : '';
    const hadFocus = place.contains(document.activeElement);
    render(reason ? note(model, reason, opening.opened ? 'the network before it stays' : meanwhile) : nothing, place);
    // A button that goes takes the focus with it.
    if (hadFocus && !reason) place.closest('figure')?.querySelector<HTMLElement>('input:checked')?.focus({ preventScroll: true });
  });
}

function note(model: RnnModel, reason: string, meanwhile: string): TemplateResult {
  const isLoading = model.opening.status === 'loading';
  return html`<p>${reason} Until it is here, ${meanwhile}.</p>
    <div class="buttons"><button type="button" aria-disabled=${isLoading} @click=${() => isLoading || model.reopen()}>${isLoading ? 'Loading…' : 'Try again'}</button></div>`;
}
