// React 19: properties by their names, an event by `on` and its name, both checked by TypeScript.
import 'rnn-heatmap/define';
import 'rnn-heatmap/react';
import { useState } from 'react';
import { createRoot } from 'react-dom/client';
import type { EntryFocusEvent, SelectionChangeEvent } from 'rnn-heatmap';

function Page() {
  const [text, setText] = useState('The cat that we saw yesterday was happy');
  const [focused, setFocused] = useState('');
  return (
    <>
      <label>
        Text <input value={text} onChange={({ target }) => setText(target.value)} />
      </label>
      <rnn-heatmap
        id="bound"
        cell="lstm"
        units={8}
        seed={1}
        text={text}
        className="wide"
        onentry-focus={({ row, column }: EntryFocusEvent) => setFocused(`row ${row}, column ${column}`)}
        onselection-change={({ rows }: SelectionChangeEvent) => setFocused(`${rows.length} rows`)}
      />
      <p id="focused">{focused}</p>
      <rnn-heatmap id="numbers" values={[[1, 0], [0, -1]]} rowLabels={['one', 'other']} label="Two by two" />
      {/* @ts-expect-error: a seed is a number */}
      <rnn-model id="m" seed="one" text="a b c" />
    </>
  );
}

createRoot(document.querySelector('#root')!).render(<Page />);
