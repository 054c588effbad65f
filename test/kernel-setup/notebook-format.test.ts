import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatNotebook, type Notebook, type NotebookCell, type Output, readNotebook } from '../../kernel-setup/notebook-runner/notebook';
import { Outputs } from '../../kernel-setup/notebook-runner/outputs';
import { selectNotebooks } from '../../kernel-setup/notebook-runner/select-notebooks';
import { Project } from './kernel-fixture';

const stream = (text: string, name = 'stdout') => ['stream', { name, text }] as const;

function outputs(...messages: (readonly [type: string, content: Record<string, unknown>])[]) {
  const all = new Outputs();
  for (const [type, content] of messages) all.add('cell', type, content);
  return all.of('cell');
}

test('consecutive pieces of a stream are one output', () => {
  assert.deepEqual(outputs(stream('a'), stream('b\n'), stream('c', 'stderr'), stream('d')), [
    { output_type: 'stream', name: 'stdout', text: 'ab\n' },
    { output_type: 'stream', name: 'stderr', text: 'c' },
    { output_type: 'stream', name: 'stdout', text: 'd' },
  ]);
});

test('a carriage return writes over its line', () => {
  const text = (...pieces: string[]) => outputs(...pieces.map((piece) => stream(piece)))[0];
  assert.deepEqual(text('step 1\rstep 2\rstep 10\n', 'done\r\n'), {
    output_type: 'stream',
    name: 'stdout',
    text: 'step 10\ndone\n',
  });
  assert.deepEqual(text('1 of 3', '\r2', '\r3 of 3\n'), { output_type: 'stream', name: 'stdout', text: '3 of 3\n' });
  assert.deepEqual(text('long line\rab'), { output_type: 'stream', name: 'stdout', text: 'abng line' });
});

test('a display is updated wherever it is shown, also by a later cell', () => {
  const all = new Outputs();
  const display = (value: string) => ({
    data: { 'text/plain': value },
    metadata: {},
    transient: { display_id: 'bar' },
  });
  all.add('first', 'display_data', display('0'));
  all.add('second', 'display_data', display('1'));
  all.add('second', 'update_display_data', display('2'));
  const shown = [{ output_type: 'display_data', data: { 'text/plain': '2' }, metadata: {} }];
  assert.deepEqual(all.of('first'), shown);
  assert.deepEqual(all.of('second'), shown);
});

test('outputs can be cleared, at once or when the next one comes', () => {
  assert.deepEqual(outputs(stream('a'), ['clear_output', { wait: false }]), []);
  assert.equal(outputs(stream('a'), ['clear_output', { wait: true }]).length, 1);
  assert.deepEqual(outputs(stream('a'), ['clear_output', { wait: true }], stream('b')), [
    { output_type: 'stream', name: 'stdout', text: 'b' },
  ]);
});

test('a notebook is written as nbformat does: sorted keys, one space, lines of text, base64 in one piece', () => {
  const notebook: Notebook = {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: {},
    cells: [
      {
        source: "x\n'é'",
        outputs: [
          {
            output_type: 'display_data',
            metadata: {},
            data: { 'text/plain': 'a\nb\n', 'image/png': 'AA\n', 'application/json': { b: 1, a: [] } },
          },
        ],
        metadata: {},
        id: 'a',
        execution_count: null,
        cell_type: 'code',
      },
    ],
  };
  assert.equal(
    formatNotebook(notebook),
    `{
 "cells": [
  {
   "cell_type": "code",
   "execution_count": null,
   "id": "a",
   "metadata": {},
   "outputs": [
    {
     "data": {
      "application/json": {
       "a": [],
       "b": 1
      },
      "image/png": "AA\\n",
      "text/plain": [
       "a\\n",
       "b\\n"
      ]
     },
     "metadata": {},
     "output_type": "display_data"
    }
   ],
   "source": [
    "x\\n",
    "'é'"
   ]
  }
 ],
 "metadata": {},
 "nbformat": 4,
 "nbformat_minor": 5
}
`,
  );
});

test('numbers are written as Python does, so that JupyterLab saves the same file', () => {
  const numbers = [0, -1, 0.5, 0.0001, 0.00001, 1.5e-7, -2.25e-10, 123456.789, 1e20, 1e21, 1.5e300];
  const output: Output = { output_type: 'display_data', metadata: {}, data: { 'application/json': { key: 1e-7, numbers, text: '\n1e-7\n', '": 1e-7': '1e-7' } } };
  const cell: NotebookCell = { id: 'a', cell_type: 'code', metadata: {}, source: '1e-7', execution_count: 1, outputs: [output] };
  const written = formatNotebook({ cells: [cell], metadata: {}, nbformat: 4, nbformat_minor: 5 });
  const lines = written.slice(written.indexOf('"numbers": [') + 12, written.indexOf(']', written.indexOf('"numbers": ['))).split(',').map((line) => line.trim());
  // json.dumps of the same numbers.
  assert.deepEqual(lines, ['0', '-1', '0.5', '0.0001', '1e-05', '1.5e-07', '-2.25e-10', '123456.789', '100000000000000000000', '1e+21', '1.5e+300']);
  assert.match(written, /"key": 1e-07,/);
  for (const text of ['"text": "\\n1e-7\\n"', '"\\": 1e-7": "1e-7"', '"1e-7"']) assert.ok(written.includes(text), text);
  assert.deepEqual((JSON.parse(written) as Notebook).cells[0]!.outputs![0], { ...output, output_type: 'display_data' });
});

test('an older notebook gets ids for its cells; one of another format is refused', () => {
  const project = new Project();
  try {
    const cell = { cell_type: 'markdown', metadata: {}, source: ['a\n', 'b'] };
    project.write('old.ipynb', JSON.stringify({ cells: [cell, cell], metadata: {}, nbformat: 4, nbformat_minor: 2 }));
    const { cells, nbformat_minor } = readNotebook(project.path('old.ipynb'));
    assert.equal(nbformat_minor, 5);
    assert.match(cells[0]!.id, /^[0-9a-f]{8}$/);
    assert.notEqual(cells[0]!.id, cells[1]!.id);
    assert.equal(cells[0]!.source, 'a\nb');
    project.write('ancient.ipynb', JSON.stringify({ worksheets: [], cells: [], nbformat: 3, nbformat_minor: 0 }));
    assert.throws(() => readNotebook(project.path('ancient.ipynb')), /ancient\.ipynb is a notebook of format 3, not 4/);
  } finally {
    project.remove();
  }
});

test('a notebook is named by its file, its name, or how that begins', () => {
  const project = new Project({
    'n/1-first.ipynb': '',
    'n/2-second.ipynb': '',
    'n/10-tenth.ipynb': '',
    'n/notes.md': '',
  });
  try {
    const folder = project.path('n');
    const select = (...names: string[]) => selectNotebooks(folder, names).map((file) => file.slice(folder.length + 1));
    assert.deepEqual(select(), ['1-first.ipynb', '2-second.ipynb', '10-tenth.ipynb']);
    assert.deepEqual(select('1'), ['1-first.ipynb']);
    assert.deepEqual(select('2-second', '10-tenth.ipynb', '2'), ['2-second.ipynb', '10-tenth.ipynb']);
    assert.deepEqual(select(`${folder}/1-first.ipynb`), ['1-first.ipynb']);
    assert.throws(() => select('3'), /There is no notebook "3".*1-first\.ipynb, 2-second\.ipynb, 10-tenth\.ipynb/);
  } finally {
    project.remove();
  }
});
