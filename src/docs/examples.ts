/**
 * What the reference page tries out: for each element a live example, for each of its attributes a value to give it, and
 * for what is no attribute a line of code. Parts and custom properties need none: the page outlines the one and colours
 * with the other.
 */

/** Something done to the example, and the code for it. */
export interface Trial {
  readonly code: string;
  run(element: HTMLElement, model: HTMLElement | null): unknown;
}

export interface Example {
  /** Attributes of an `<rnn-model>` beside the element, found by `for`; none for elements that need none. */
  readonly model?: Readonly<Record<string, string>>;
  /** Attributes that the element begins with. */
  readonly element: Readonly<Record<string, string>>;
  /** A value for every attribute. */
  readonly attributes: Readonly<Record<string, string>>;
  /** Properties that are no attributes, and methods. */
  readonly members?: Readonly<Record<string, Trial>>;
  /** What makes each event happen. */
  readonly events?: Readonly<Record<string, string>>;
}

const SENTENCE = 'The cat that we saw yesterday was happy';
const OTHER = 'The cats that we saw yesterday was happy';
const lstm = { text: SENTENCE, cell: 'lstm', hidden: '8' };
const small = { text: 'The cat was happy', cell: 'gru', hidden: '4', embedding: '4' };
const learner = { task: 'agreement', cell: 'lstm', hidden: '16', batch: '8', updates: '20' };
const attention = { text: SENTENCE, layers: 'attention heads:2 mlp:2' };
const mamba = { text: SENTENCE, layers: 'mamba' };

/** Another network for the example, made by the page's script. */
function otherModel(attributes: Readonly<Record<string, string>>): Trial {
  const listed = Object.entries(attributes);
  return {
    code: `const other = document.createElement('rnn-model');\n${listed.map(([name, value]) => `other.setAttribute('${name}', '${value}');\n`).join('')}element.model = element.appendChild(other)`,
    run(element) {
      const other = document.createElement('rnn-model');
      for (const [name, value] of listed) other.setAttribute(name, value);
      Object.assign(element, { model: element.appendChild(other) });
    },
  };
}

const model = otherModel({ text: 'one two three' });

/** Calls a method of the element without arguments. */
function call(name: string, shown = `element.${name}()`): Trial {
  return { code: shown, run: (element) => (Reflect.get(element, name) as () => unknown).call(element) };
}

/** Shows a property that is only read. */
function read(name: string): Trial {
  return { code: `element.${name}`, run: (element) => Reflect.get(element, name) as unknown };
}

function set(name: string, value: unknown): Trial {
  return { code: `element.${name} = ${JSON.stringify(value)}`, run: (element) => void Reflect.set(element, name, value) };
}

const ENTRY = 'Move over the picture, or use the arrow keys on it.';

export const examples: Readonly<Record<string, Example>> = {
  'rnn-heatmap': {
    element: { id: 'heatmap', text: SENTENCE },
    attributes: {
      text: 'to be or not to be',
      cell: 'gru',
      hidden: '4',
      seed: '2',
      embedding: '4',
      gain: '2',
      'gate-bias': 'f:3 i:-1',
      signal: 'd_h',
      'loss-unit': '2',
      'loss-step': '4',
      device: 'cpu',
      for: 'nowhere',
      layer: '0',
      direction: 'reverse',
      unit: '3',
      group: '0',
      reduce: 'mean',
      scale: 'log',
      values: '1 0.5 0 -0.5 -1 0',
      rows: '2',
      'row-noun': 'neuron',
      'column-noun': 'word',
      'row-labels': 'first second',
      'column-labels': 'a b c d e f g h',
      min: '-2',
      max: '2',
      label: 'What an LSTM remembers',
      lane: 'first',
      zoom: '3',
      'first-column': '2',
      'first-row': '2',
      order: 'correlation',
      'order-column': '7',
      'selected-rows': '1 3',
      'selected-columns': '2 4',
      pinned: '2 3',
      table: '',
      tools: 'open',
      permalink: '',
      'time-direction': 'rtl',
      labels: '{"cancel": "Abbrechen"}',
    },
    members: {
      model,
      source: {
        code: "const engine = await createEngine();\nconst model = await engine.model({ input: { embedding: 4 }, layers: [{ cell: 'rnn', hidden: 4 }] });\nconst tape = await model.run({ words: ['a', 'b', 'c'] });\nelement.source = tape.signal('h');",
        async run(element) {
          const { createEngine } = await import('../engine');
          const engine = await createEngine({ device: 'cpu' });
          const network = await engine.model({ input: { embedding: 4 }, layers: [{ cell: 'rnn', hidden: 4 }] });
          const tape = await network.run({ words: ['a', 'b', 'c'] });
          Object.assign(element, { source: tape.signal('h') });
        },
      },
      takeAway: {
        code: "(await element.takeAway('csv')).size",
        run: async (element) => `${(await (element as HTMLElementTagNameMap['rnn-heatmap']).takeAway('csv')).size} bytes`,
      },
      embedCode: call('embedCode', 'await element.embedCode()'),
      viewLink: call('viewLink'),
      findAlike: {
        code: 'element.selectedRows = [0]; element.selectedColumns = [0, 1];\nelement.findAlike(0.2)',
        run(element) {
          const heatmap = element as HTMLElementTagNameMap['rnn-heatmap'];
          Object.assign(heatmap, { selectedRows: [0], selectedColumns: [0, 1] });
          return heatmap.findAlike(0.2);
        },
      },
    },
    events: {
      'entry-focus': ENTRY,
      'selection-change': 'Shift and the arrow keys, or a click on the number of a row.',
      'view-change': 'Plus and minus on the picture, or Control and the wheel.',
      'order-change': 'Choose an order in the tools.',
      'alike-find': 'Select rows, and ask in the tools where else they do the same.',
      'entry-pin': 'Press Enter on an entry.',
      'heatmap-copy': 'Control and C on an entry.',
      'heatmap-save': 'Save the picture in the tools.',
      'influence-measured': 'Have it draw signal="influence".',
    },
  },
  'rnn-model': {
    model: { ...learner, text: 'the cat near the dogs was' },
    element: {},
    attributes: {
      text: 'the dogs near the cat were',
      cell: 'gru',
      hidden: '8',
      layers: 'gru hidden:8, lstm hidden:8',
      seed: '2',
      embedding: '4',
      gain: '2',
      start: 'orthogonal',
      'gate-bias': 'f:3',
      'loss-unit': '1',
      'loss-step': '2',
      src: './models/agreement-gru.safetensors',
      vocabulary: 'the cat dogs near was were',
      pick: 'rnn',
      task: 'keyed_latch',
      'task-settings': 'distance:5',
      'task-text': 'what is written here is learned letter by letter',
      seeds: '2',
      batch: '4',
      optimizer: 'sgd',
      lr: '0.01',
      clip: '0.5',
      updates: '10',
      until: '0.9',
      device: 'cpu',
    },
    members: {
      words: set('words', ['the', 'cat', 'was']),
      edits: set('edits', [{ parameter: 'weight_hh_l0', index: 0, value: 2 }]),
      state: read('state'),
      opening: read('opening'),
      reopen: call('reopen'),
      openFile: {
        code: "const file = await fetch('./models/agreement-gru.safetensors').then((answer) => answer.blob());\nelement.openFile(new File([file], 'agreement-gru.safetensors'))",
        async run(element) {
          const answer = await fetch('./models/agreement-gru.safetensors');
          (element as HTMLElementTagNameMap['rnn-model']).openFile(new File([await answer.blob()], 'agreement-gru.safetensors'));
        },
      },
      closeFile: call('closeFile'),
      saveFile: call('saveFile', 'await element.saveFile()'),
      training: read('training'),
      lesson: read('lesson'),
      answers: read('answers'),
      trainingObstacle: read('trainingObstacle'),
      train: call('train'),
      pause: call('pause'),
      step: { code: 'element.step(5)', run: (element) => (element as HTMLElementTagNameMap['rnn-model']).step(5) },
      reset: call('reset'),
      restoreLastGood: call('restoreLastGood'),
      gradient: call('gradient'),
      atRest: {
        code: "await element.atRest(async () => 'no weight moves')",
        run: (element) => (element as HTMLElementTagNameMap['rnn-model']).atRest(async () => 'no weight moves'),
      },
      cursor: set('cursor', { step: 1, unit: 2 }),
      moveCursor: { code: 'element.moveCursor({ step: 2 })', run: (element) => (element as HTMLElementTagNameMap['rnn-model']).moveCursor({ step: 2 }) },
      editsNote: read('editsNote'),
      editWeight: {
        code: "element.editWeight({ parameter: 'weight_hh_l0', index: 0, value: 2 })",
        run: (element) => (element as HTMLElementTagNameMap['rnn-model']).editWeight({ parameter: 'weight_hh_l0', index: 0, value: 2 }),
      },
      resetWeights: call('resetWeights'),
      watch: {
        code: "const end = element.watch(() => console.log('changed')); end();",
        run: (element) => (element as HTMLElementTagNameMap['rnn-model']).watch(() => undefined)(),
      },
    },
    events: {
      'cursor-change': 'Move over the heatmap that draws the model, and click.',
      'weight-change': 'Try editWeight().',
      'training-change': 'Try train().',
    },
  },
  'rnn-attention': {
    model: attention,
    element: {},
    attributes: { layer: '0', head: '1', for: 'nowhere', labels: '{"waits": "Das Netz lernt gerade."}' },
    members: { model: otherModel({ ...attention, text: 'one two three' }) },
    events: { 'head-change': 'Choose another head.' },
  },
  'rnn-cell-diagram': {
    model: lstm,
    element: {},
    attributes: { layer: '0', channel: '1', for: 'nowhere', labels: '{"waits": "Das Netz lernt gerade."}' },
    members: { model, lit: set('lit', ['f', 'i']) },
    events: { 'symbol-focus': 'Point at a symbol.' },
  },
  'rnn-compare': {
    model: lstm,
    element: { with: OTHER },
    attributes: { with: 'A cat that we saw yesterday was happy', signal: 'c', for: 'nowhere', labels: '{"compareWith": "Vergleiche mit"}' },
    members: { model },
    events: { 'compare-change': 'Change a word of the second sentence.' },
  },
  'rnn-continuation': {
    model: { src: './models/characters-lstm.safetensors', text: 'fn main' },
    element: { count: '60' },
    attributes: { count: '20', temperature: '0', seed: '2', for: 'nowhere', labels: '{"waits": "Das Netz lernt gerade."}' },
    members: { model: otherModel({ src: './models/characters-lstm.safetensors', text: 'let x' }) },
  },
  'rnn-entry': {
    model: lstm,
    element: {},
    attributes: { gate: 'o', layer: '0', for: 'nowhere', labels: '{"takenApart": "Zerlegt"}' },
    members: { model },
    events: { 'gate-change': 'Choose another gate.' },
  },
  'rnn-gates': {
    model: lstm,
    element: {},
    attributes: { units: 'mean', lanes: 'f i', complement: '', layer: '0', for: 'nowhere', labels: '{"show": "Zeige"}' },
    members: { model },
  },
  'rnn-gradient-flow': {
    element: { controls: '', hidden: '16', distance: '40' },
    attributes: {
      labels: '{"distance": "Abstand k"}',
      cell: 'lstm',
      matrix: 'gaussian',
      gain: '1.2',
      drive: '0.3',
      bias: '3',
      hidden: '8',
      seed: '2',
      by: 'input',
      distance: '20',
      at: '10',
      clip: '1',
      controls: '',
      device: 'cpu',
      for: 'nowhere',
    },
    members: { model, settings: read('settings') },
    events: {
      'experiment-change': 'Move a slider.',
      'clip-change': 'Switch clipping on.',
      'distance-change': 'Move over the curves, or use the arrow keys on them.',
    },
  },
  'rnn-gradient-reach': {
    model: lstm,
    element: {},
    attributes: { signal: 'd_x', layer: '0', label: 'What the last state feels', lowest: '-6', highest: '2', for: 'nowhere', labels: '{"waits": "Das Netz lernt gerade."}' },
    members: { model },
  },
  'rnn-influence': {
    model: small,
    element: {},
    attributes: { layer: '0', unit: '2', plain: '', min: '1e-6', max: '10', for: 'nowhere', labels: '{"feltBy": "Gespürt von"}' },
    members: { model },
    events: { 'entry-focus': ENTRY, 'influence-change': 'Choose another unit.', 'influence-measured': 'Change the text of the model.' },
  },
  'rnn-memory': {
    model: lstm,
    element: { with: OTHER },
    attributes: { with: 'A cat that we saw yesterday was happy', by: 'input', for: 'nowhere', labels: '{"waits": "Das Netz lernt gerade."}' },
    members: { model },
  },
  'rnn-opener': {
    model: small,
    element: {},
    attributes: { for: 'nowhere', labels: '{"waits": "Das Netz lernt gerade."}' },
    members: { model },
    events: { 'file-close': 'Open a file, and go back.' },
  },
  'rnn-order': { model: { text: SENTENCE, cell: 'rnn' }, element: {}, attributes: { one: '2', other: '3', for: 'nowhere', labels: '{"waits": "Das Netz lernt gerade."}' }, members: { model } },
  'rnn-predictions': {
    model: { src: './models/agreement-gru.safetensors', text: 'the cat near the dogs' },
    element: { words: 'was were' },
    attributes: { words: 'is are', count: '3', for: 'nowhere', labels: '{"waits": "Das Netz lernt gerade."}' },
    members: { model: otherModel({ src: './models/agreement-lstm.safetensors', text: 'the dogs near the cat' }) },
  },
  'rnn-proof': { model: small, element: {}, attributes: { for: 'nowhere', labels: '{"signal": "Signal", "bound": "Schranke"}' }, members: { model } },
  'rnn-scan': {
    model: mamba,
    element: {},
    attributes: { layer: '0', channel: '3', for: 'nowhere', labels: '{"waits": "Das Netz lernt gerade."}' },
    members: { model: otherModel({ ...mamba, text: 'one two three' }) },
    events: { 'channel-change': 'Choose another channel.' },
  },
  'rnn-state': { model: lstm, element: {}, attributes: { signal: 'c', for: 'nowhere', labels: '{"waits": "Das Netz lernt gerade."}' }, members: { model } },
  'rnn-trainer': {
    model: learner,
    element: {},
    attributes: { plain: '', for: 'nowhere', labels: '{"train": "Trainieren"}' },
    members: { model: otherModel({ ...learner, cell: 'gru' }) },
    events: { 'learning-change': 'Choose another task.' },
  },
  'rnn-transport': {
    model: small,
    element: {},
    attributes: { speed: '4', for: 'nowhere', labels: '{"wordsASecond": "{speed} Wörter/s"}' },
    members: { model, play: call('play'), pause: call('pause') },
  },
  'rnn-unrolled': { model: small, element: {}, attributes: { for: 'nowhere', labels: '{"hiddenStates": "Wörter, jedes mit dem Zustand danach"}' }, members: { model } },
};
