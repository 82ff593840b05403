/** Wires chapter 7: the reader answers, the page runs the experiment that decides and shows both side by side. */
import { html, nothing, render, type TemplateResult } from 'lit';
import { sharedEngine } from '../elements/shared_engine';
import { QUIZ_RULES } from './figure_rules';
import type { LessonState } from './link';
import { questions, type Finding, type Question } from './quiz_questions';
import { RadioSettings } from './radio_settings';

/** What is known of one question. */
interface Known {
  readonly answer: string;
  /** Part of the experiment done; undefined while none is under way. */
  readonly progress?: number;
  readonly finding?: Finding;
  readonly failure?: string;
}

/** Takes the page's way to change its state; returns what shows a state in the chapter: the answers. What was found stays until the page is left. */
export function quizChapter(change: (settings: Partial<LessonState>, history: 'new' | 'same') => void): (state: LessonState) => void {
  const radios = new RadioSettings('quiz', QUIZ_RULES, document.getElementById('quiz')!, (quiz) => change({ quiz }, 'new'));
  const shown = Object.entries(questions).map(([name, question]) => [name, new ShownQuestion(document.getElementById(`quiz-${name}`)!, question)] as const);
  return ({ quiz }) => {
    const answers: Readonly<Record<string, string>> = radios.show(quiz);
    for (const [name, each] of shown) each.answer(answers[name]);
  };
}

class ShownQuestion {
  #known: Known = { answer: '' };
  #stop: AbortController | undefined;

  constructor(
    private readonly form: HTMLElement,
    private readonly question: Question,
  ) {
    form.addEventListener('submit', (event) => {
      event.preventDefault(); // Enter in a radio button
      if (this.#known.answer && !this.#stop) void this.#run();
    });
  }

  answer(answer: string): void {
    this.#tell({ answer });
  }

  async #run(): Promise<void> {
    const { signal: abort } = (this.#stop = new AbortController());
    this.#tell({ progress: 0, failure: undefined });
    try {
      const engine = await sharedEngine('cpu');
      const finding = await this.question.run({ engine, abort, progress: (fraction) => this.#tell({ progress: fraction }) });
      this.#tell({ finding });
    } catch (error) {
      if (!abort.aborted) this.#tell({ failure: error instanceof Error ? error.message : String(error) });
    }
    this.#stop = undefined;
    this.#tell({ progress: undefined });
  }

  #tell(news: Partial<Known>): void {
    this.#known = { ...this.#known, ...news };
    render(this.#template(this.#known), this.form.querySelector<HTMLElement>('.finding')!);
  }

  #template({ answer, progress, finding, failure }: Known): TemplateResult {
    const running = progress !== undefined;
    return html`
      <p class="experiment">${this.question.experiment}</p>
      <div class="buttons">
        <button type="submit" class="primary" aria-disabled=${String(!answer || running)}>${finding ? 'Run it again' : 'Run the experiment'}</button>
        ${running
          ? html`<progress max="1" .value=${progress} aria-label="The experiment"></progress><button type="button" @click=${() => this.#stop?.abort()}>Cancel</button>`
          : answer
            ? nothing
            : html`<p>Choose an answer first.</p>`}
      </div>
      <div role="status">
        ${failure ? html`<p class="bad">The experiment could not be run: ${failure}</p>` : nothing}
        ${finding && !running ? found(finding, answer) : nothing}
      </div>
    `;
  }
}

function found({ rows, supported, says }: Finding, answer: string): TemplateResult {
  const verdict = supported === undefined ? 'undecided' : supported === answer ? 'agrees' : 'differs';
  const words = { undecided: 'This time the numbers do not decide it.', agrees: 'The experiment is with you.', differs: 'The experiment says otherwise.' }[verdict];
  return html`
    <p class="verdict ${verdict}"><b>${words}</b> ${says[answer]}</p>
    <dl class="measured">${rows.map(({ what, found: value }) => html`<div><dt>${what}</dt><dd>${value}</dd></div>`)}</dl>
  `;
}
