import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Handle, keep, liveHandles, scope } from '../../src/tensorflow/handles';

class Counted extends Handle {
  released = 0;
  protected override release(): void {
    this.released++;
  }
}

test('a handle is released once, however often it is disposed', () => {
  const before = liveHandles();
  const handle = new Counted();
  assert.equal(liveHandles(), before + 1);
  handle.dispose();
  handle.dispose();
  assert.equal(handle.released, 1);
  assert.equal(liveHandles(), before);
});

test('a scope disposes what was made in it and not returned', () => {
  let inner: Counted | undefined;
  const returned = scope(() => {
    inner = new Counted();
    return { deep: [new Counted()], number: 3 };
  });
  assert.ok(inner!.isDisposed);
  assert.ok(!returned.deep[0]!.isDisposed);
  returned.deep[0]!.dispose();
});

test('what an inner scope returns belongs to the outer one', () => {
  const handle = scope(() => {
    const passed = scope(() => new Counted());
    assert.ok(!passed.isDisposed);
    return [passed].length === 1 ? undefined : passed;
  });
  assert.equal(handle, undefined);
});

test('keep takes a handle out of all running scopes', () => {
  let kept: Counted | undefined;
  scope(() => scope(() => void (kept = keep(new Counted()))));
  assert.ok(!kept!.isDisposed);
  kept!.dispose();
});

test('a scope whose body throws disposes everything and leaves no scope behind', () => {
  const before = liveHandles();
  assert.throws(
    () =>
      scope(() => {
        new Counted();
        throw new Error('from the body');
      }),
    /from the body/,
  );
  assert.equal(liveHandles(), before);
  const outside = new Counted();
  scope(() => 1);
  assert.ok(!outside.isDisposed);
  outside.dispose();
});

test('a scope refuses an asynchronous body', () => {
  assert.throws(() => scope(async () => 1), /must not be asynchronous/);
});
