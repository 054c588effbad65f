import assert from 'node:assert/strict';
import { test } from 'node:test';
import { display, jupyterDisplay } from '../../src/notebook';
import { inCell } from '../support/recording-host';

test('what needs no drawing is sent before display returns', async () => {
  const order: string[] = [];
  const sent = await inCell(async () => {
    const shown = { [jupyterDisplay]: () => (order.push('shown'), { 'text/plain': 'one' }) };
    const handle = display(shown);
    order.push('returned');
    await handle;
  });
  assert.deepEqual(order, ['shown', 'returned']);
  assert.deepEqual(sent.map(({ content, update }) => [content.data, update]), [[{ 'text/plain': 'one' }, false]]);
});

test('a shown object is replaced where it stands, in the order of the calls', async () => {
  const slow = { [jupyterDisplay]: () => new Promise<Record<string, string>>((resolve) => setTimeout(resolve, 20, { 'text/plain': 'slow' })) };
  const sent = await inCell(async () => {
    const handle = await display({ [jupyterDisplay]: () => ({ 'text/plain': 'first' }) });
    await Promise.all([handle.update(slow), handle.update({ 'text/plain': 'last' })]);
  });
  assert.deepEqual(sent.map(({ content, update }) => [content.data['text/plain'], update]), [['first', false], ['slow', true], ['last', true]]);
  const ids = new Set(sent.map(({ content }) => content.transient?.display_id));
  assert.equal(ids.size, 1);
  assert.match([...ids][0] ?? '', /./);
});

test('two displays have two ids', async () => {
  const sent = await inCell(async () => {
    await display({ 'text/plain': 'a' });
    await display({ 'text/plain': 'b' });
  });
  assert.notEqual(sent[0].content.transient?.display_id, sent[1].content.transient?.display_id);
});

test('an object that cannot show itself rejects, and the handle stays usable', async () => {
  const broken = { [jupyterDisplay]: () => { throw new Error('broken'); } };
  const sent = await inCell(async () => {
    await assert.rejects(display(broken), /broken/);
    const handle = await display({ 'text/plain': 'a' });
    await assert.rejects(handle.update(broken), /broken/);
    await handle.update({ 'text/plain': 'b' });
  });
  assert.deepEqual(sent.map(({ content }) => content.data['text/plain']), ['a', 'b']);
});

test('outside a notebook the text is printed', async (context) => {
  const log = context.mock.method(console, 'log', () => undefined);
  await display({ 'text/html': '<b>x</b>', 'text/plain': 'x' });
  await display({ 'image/png': '' });
  assert.deepEqual(log.mock.calls.map(({ arguments: [text] }) => text), ['x', '[image/png]']);
});
