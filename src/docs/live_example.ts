/**
 * One element of the reference page at work: its markup, what it does, the events that it fires, and a control in every
 * row of its tables that tries out what the row is about.
 */
import type { Example, Trial } from './examples';

/** A colour for colours, a length for lengths. */
const trialOf = (property: string): string => (property.endsWith('-height') ? '6rem' : 'rebeccapurple');

/** @param section - as scripts/reference.mjs writes it */
export function showExample(section: HTMLElement, example: Example): LiveExample {
  return new LiveExample(section, example);
}

class LiveExample {
  readonly #tag: string;
  readonly #stage = made('div', 'stage');
  readonly #code = made('code', '');
  readonly #said = made('output', 'said');
  readonly #sheet = new CSSStyleSheet();
  readonly #outlined = new Set<string>();
  readonly #coloured = new Map<string, string>();
  #model: HTMLElement | undefined;
  #element!: HTMLElement;

  constructor(
    private readonly section: HTMLElement,
    private readonly example: Example,
  ) {
    this.#tag = section.dataset['tag']!;
    document.adoptedStyleSheets.push(this.#sheet);
    const again = made('button', '', 'Begin again');
    again.type = 'button';
    again.addEventListener('click', () => this.#begin());
    const pre = made('pre', '');
    pre.append(this.#code);
    section.querySelector('.example')!.append(pre, this.#stage, this.#said, again);
    for (const row of section.querySelectorAll<HTMLElement>('tr[data-kind]')) this.#equip(row);
    this.#begin();
  }

  /** As at first: new elements, nothing tried. */
  #begin(): void {
    this.#outlined.clear();
    this.#coloured.clear();
    for (const button of this.section.querySelectorAll('.try [aria-pressed]')) button.setAttribute('aria-pressed', 'false');
    const isModel = this.#tag === 'rnn-model';
    const id = `${this.#tag}-model`;
    this.#model = this.example.model && made('rnn-model', '');
    if (this.#model) give(this.#model, { id, ...this.example.model });
    // A model draws nothing; a heatmap shows what it does.
    const shown = isModel ? 'rnn-heatmap' : this.#tag;
    const view = made(shown as 'rnn-heatmap', '');
    give(view, { ...(this.#model ? { for: id } : {}), ...this.example.element });
    this.#element = isModel ? this.#model! : view;
    this.#stage.replaceChildren(...(this.#model ? [this.#model] : []), view);
    this.#said.textContent = '';
    this.#show();
  }

  #equip(row: HTMLElement): void {
    const { kind, name } = row.dataset as { kind: string; name: string };
    const cell = row.querySelector('.try')!;
    if (kind === 'attribute') this.#offer(cell, written(name, this.example.attributes[name]), (on) => this.#attribute(name, on));
    else if (kind === 'part') this.#offer(cell, 'outline it', (on) => this.#part(name, on));
    else if (kind === 'css') this.#offer(cell, `${name}: ${trialOf(name)}`, (on) => this.#property(name, on));
    else if (kind === 'slot') this.#offer(cell, `<p slot="${name}">Your words</p>`, (on) => this.#slot(name, on));
    else if (kind === 'state') this.#tell(cell, name);
    else if (kind === 'event') this.#listen(cell, name);
    else this.#run(cell, this.example.members![name]);
  }

  #offer(cell: Element, label: string, change: (on: boolean) => void): void {
    const button = made('button', '', label);
    button.type = 'button';
    button.setAttribute('aria-pressed', 'false');
    button.addEventListener('click', () => {
      const on = button.getAttribute('aria-pressed') !== 'true';
      button.setAttribute('aria-pressed', String(on));
      change(on);
      this.#show();
    });
    cell.append(button);
  }

  #attribute(name: string, on: boolean): void {
    const before = (this.#tag === 'rnn-model' ? this.example.model : this.example.element)?.[name] ?? (name === 'for' && this.#model ? this.#model.id : undefined);
    if (on) this.#element.setAttribute(name, this.example.attributes[name]);
    else if (before === undefined) this.#element.removeAttribute(name);
    else this.#element.setAttribute(name, before);
  }

  #part(name: string, on: boolean): void {
    if (on) this.#outlined.add(name);
    else this.#outlined.delete(name);
  }

  #property(name: string, on: boolean): void {
    if (on) this.#coloured.set(name, trialOf(name));
    else this.#coloured.delete(name);
  }

  #slot(name: string, on: boolean): void {
    this.#element.querySelector(`[slot="${name}"]`)?.remove();
    if (!on) return;
    const words = made('p', '', 'Your words');
    words.slot = name;
    this.#element.append(words);
  }

  /** Whether the element is in that state, looked at as often as it may have changed. */
  #tell(cell: Element, name: string): void {
    const now = made('output', '', '…');
    cell.append(now);
    setInterval(() => {
      const is = this.#element.matches(`:state(${name})`) ? 'now' : 'not now';
      if (now.textContent !== is) now.textContent = is;
    }, 500);
  }

  #listen(cell: Element, name: string): void {
    const how = made('span', '', `${this.example.events![name]} `);
    const heard = made('output', '', 'Not heard yet.');
    cell.append(how, heard);
    let times = 0;
    this.#stage.addEventListener(name, () => (heard.textContent = `Heard ${++times === 1 ? 'once' : `${times} times`}.`));
  }

  #run(cell: Element, { code, run }: Trial): void {
    const button = made('button', '', code);
    button.type = 'button';
    button.addEventListener('click', async () => {
      try {
        const found: unknown = await run(this.#element, this.#model ?? null);
        this.#said.textContent = found === undefined ? 'Done.' : inWords(found);
      } catch (error) {
        this.#said.textContent = error instanceof Error ? error.message : String(error);
      }
    });
    cell.append(button);
  }

  #show(): void {
    const markup = (element: HTMLElement) => `<${element.localName}${Array.from(element.attributes, ({ name, value }) => ` ${written(name, value)}`).join('')}></${element.localName}>`;
    const styles = [
      ...Array.from(this.#outlined, (part) => `${this.#tag}::part(${part}) { outline: 3px solid; }`),
      ...(this.#coloured.size > 0 ? [`${this.#tag} { ${Array.from(this.#coloured, ([name, value]) => `${name}: ${value};`).join(' ')} }`] : []),
    ];
    this.#sheet.replaceSync(styles.map((rule) => `#${this.#tag} .stage ${rule}`).join('\n'));
    const elements = Array.from(this.#stage.children, (child) => markup(child as HTMLElement));
    this.#code.textContent = [...elements, ...(styles.length > 0 ? ['<style>', ...styles.map((rule) => `  ${rule}`), '</style>'] : [])].join('\n');
  }
}

function made<Tag extends keyof HTMLElementTagNameMap>(tag: Tag, name: string, text = ''): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  if (name) element.className = name;
  if (text) element.textContent = text;
  return element;
}

function give(element: Element, attributes: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
}

/** An attribute as one writes it. */
function written(name: string, value: string): string {
  return value === '' ? name : value.includes('"') ? `${name}='${value}'` : `${name}="${value}"`;
}

function inWords(found: unknown): string {
  if (typeof found === 'string') return found || '(an empty text)';
  if (found instanceof Uint8Array) return `${found.byteLength} bytes`;
  if (typeof found !== 'object' || found === null) return String(found);
  const seen = Object.entries(found).map(([name, value]) => `${name}: ${typeof value === 'object' && value !== null ? (Array.isArray(value) ? `${value.length} of them` : value.constructor.name) : String(value)}`);
  return seen.join(', ') || '(nothing)';
}
