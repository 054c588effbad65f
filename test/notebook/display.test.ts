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

test('any value is shown as at the end of a cell, and replaced by any other; bytes become base64', async () => {
  const sent = await inCell(async () => {
    const handle = await display([1, 'a']);
    await handle.update(new Map([['a', 1]]));
    await handle.update({ 'image/png': Buffer.from('png') });
    await handle.update(Promise.resolve(5));
    await handle.update({ 'no/mime/type': 1 });
    await handle.update(undefined);
    assert.equal(handle[jupyterDisplay](), undefined);
  });
  assert.deepEqual(sent.map(({ content }) => content.data), [
    { 'text/plain': "[ 1, 'a' ]" },
    { 'text/plain': "Map(1) { 'a' => 1 }" },
    { 'image/png': Buffer.from('png').toString('base64') },
    { 'text/plain': '5' },
    { 'text/plain': "{ 'no/mime/type': 1 }" },
    { 'text/plain': '' },
  ]);
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
