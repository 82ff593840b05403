/** How a heatmap stands, told to a page's style (`:state()`) and to screen readers: with a picture or why without, and what computes it. */
import type { ReactiveControllerHost } from 'lit';
import { Announcer } from './announcer';
import { showStates, slottedWords, statesOf, type ElementState } from './element_states';
import type { SayHeatmap } from './heatmap_phrases';
import type { HeatmapProperties } from './heatmap_properties';
import type { MatrixSource } from './matrix_source';
import type { ShownMatrix } from './shown_matrix';
import { Voice } from './spokesman';

export class HeatmapStatus {
  readonly #internals: ElementInternals | undefined;
  readonly #announcer: Announcer;
  readonly #voice: Voice;

  constructor(
    private readonly host: HeatmapProperties & ReactiveControllerHost,
    private readonly shown: ShownMatrix,
    private readonly source: MatrixSource,
  ) {
    this.#internals = typeof host.attachInternals === 'function' ? host.attachInternals() : undefined;
    this.#announcer = new Announcer(() => host.requestUpdate());
    this.#voice = new Voice(host, true);
  }

  /** What a screen reader is to hear. */
  get spoken(): string {
    return this.#announcer.spoken;
  }

  /** Shows and says what is so now. */
  follow(say: SayHeatmap): void {
    if (!this.host.isConnected) return;
    const { matrix, absence } = this.shown;
    const { busy, notice, isRestored, views } = this.source;
    this.#voice.join(this.host.lane ? undefined : views);
    showStates(this.#internals, statesOf({ absence: matrix ? undefined : absence, busy, notice, isRestored }));
    this.#announcer.say(this.#toHear(say));
  }

  stop(): void {
    this.#voice.join(undefined);
    this.#announcer.stop();
  }

  #toHear(say: SayHeatmap): string {
    const { matrix, absence, message } = this.shown;
    const { notice, isRestored, engine, views } = this.source;
    if (!matrix && (message === '' || (views && !views.state.tape && !this.#voice.tells))) return '';
    const told: readonly (readonly [ElementState, string])[] = matrix
      ? [...(notice ? [[notice, say('sentence', { text: engine!.description })] as const] : []), ...(isRestored ? [['restored', say('restored')] as const] : [])]
      : [[absence, say('sentence', { text: message })]];
    if (matrix && views && !this.#voice.tells) return '';
    return told.map(([state, words]) => slottedWords(this.host, state) ?? words).join(' ');
  }
}
