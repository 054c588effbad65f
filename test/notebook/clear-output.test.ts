import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clearOutput, display } from '../../src/notebook';
import { inCell } from '../support/recording-host';

test('removes what the cell has shown; outside a notebook it does nothing', async () => {
  const shown = (text: string) => display({ 'text/plain': text });
  const sent = await inCell(async () => {
    await shown('before');
    clearOutput();
    await shown('after');
  });
  assert.deepEqual(sent.map(({ content }) => content.data), [{ 'text/plain': 'after' }]);
  clearOutput({ wait: true });
});
