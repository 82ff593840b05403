/** A trained network on its way from a file: fetched, or chosen by the reader, then read by the engine. The last one asked for wins. */
import { EngineError, type OpenedModel, type OpenOptions } from '../engine';

export interface OpeningState {
  /** `none`: no file was asked for. `failed`: what was open before still is. */
  readonly status: 'none' | 'loading' | 'open' | 'failed';
  /** What the file is called. */
  readonly name: string;
  /** Why it could not be opened, in words. */
  readonly message: string;
  /** Part of the file that is here, where its length is known. */
  readonly progress: number | undefined;
  /** What is open. */
  readonly opened: OpenedModel | undefined;
  /** Whether the reader chose that, and not the page. */
  readonly own: boolean;
}

const NOTHING: OpeningState = { status: 'none', name: '', message: '', progress: undefined, opened: undefined, own: false };

export class Opening {
  #state = NOTHING;
  #abort = new AbortController();
  #bytes: Uint8Array | undefined;

  /**
   * @param changed - called after every change of `state`
   * @param options - how a file is to be read, asked for every time that one is
   */
  constructor(
    private readonly changed: () => void,
    private readonly options: () => OpenOptions = () => ({}),
  ) {}

  get state(): OpeningState {
    return this.#state;
  }

  /** Opens a file by its address. */
  async load(address: string): Promise<void> {
    const name = decodeURIComponent(address.replace(/[?#].*$/, '').replace(/^.*\//, '')) || address;
    await this.#open(name, false, async (abort) => {
      const response = await fetch(address, { signal: abort }).catch((error: unknown) => {
        abort.throwIfAborted();
        throw new Error(`${name} could not be fetched: there was no answer (${error instanceof Error ? error.message : String(error)}).`);
      });
      if (!response.ok) throw new Error(`${name} could not be fetched: the server answered ${response.status} ${response.statusText}.`);
      return this.#received(response, abort);
    });
  }

  /** Opens a file that the reader chose. */
  async read(file: File): Promise<void> {
    await this.#open(file.name, true, async () => new Uint8Array(await file.arrayBuffer()));
  }

  /** Reads the file that is there once more, as the options now have it. One on its way will be read so anyhow. */
  reread(): void {
    const bytes = this.#bytes;
    if (bytes && this.#state.status !== 'loading') void this.#open(this.#state.name, this.#state.own, () => Promise.resolve(bytes));
  }

  /** Goes back to no file. */
  close(): void {
    this.#abort.abort();
    this.#bytes = undefined;
    if (this.#state !== NOTHING) this.#tell(NOTHING);
  }

  async #open(name: string, own: boolean, bytes: (abort: AbortSignal) => Promise<Uint8Array>): Promise<void> {
    this.#abort.abort();
    const { signal } = (this.#abort = new AbortController());
    const { opened, own: wasOwn } = this.#state;
    const before = { opened, own: wasOwn };
    this.#tell({ status: 'loading', name, message: '', progress: undefined, ...before });
    try {
      const [received, { openModel }] = await Promise.all([bytes(signal), import('./model_file')]);
      if (signal.aborted) return;
      const read = openModel(received, this.options());
      this.#bytes = received;
      this.#tell({ status: 'open', name, message: '', progress: undefined, opened: read, own });
    } catch (error) {
      if (signal.aborted) return;
      const words = error instanceof Error ? error.message : String(error);
      this.#tell({ status: 'failed', name, message: error instanceof EngineError ? `${name} could not be opened. ${words}` : words, progress: undefined, ...before });
    }
  }

  async #received(response: Response, abort: AbortSignal): Promise<Uint8Array> {
    const length = Number(response.headers.get('content-length')) || undefined;
    if (!response.body) return new Uint8Array(await response.arrayBuffer());
    const parts: Uint8Array[] = [];
    let received = 0;
    const reader = response.body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      parts.push(value);
      received += value.length;
      if (length && !abort.aborted) this.#tell({ ...this.#state, progress: Math.min(1, received / length) });
    }
    const bytes = new Uint8Array(received);
    let at = 0;
    for (const part of parts) {
      bytes.set(part, at);
      at += part.length;
    }
    return bytes;
  }

  #tell(state: OpeningState): void {
    this.#state = state;
    this.changed();
  }
}
