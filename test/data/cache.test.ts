import assert from 'node:assert/strict';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, test } from 'node:test';

import { cacheFolder } from '../../src/data/cache';

const { LOWRANK_CACHE, XDG_CACHE_HOME } = process.env;
afterEach(() => set(LOWRANK_CACHE, XDG_CACHE_HOME));

test('LOWRANK_CACHE names the cache, else it lies in XDG_CACHE_HOME, else in ~/.cache', () => {
  set('/somewhere', '/xdg');
  assert.equal(cacheFolder(), resolve('/somewhere'));
  set(undefined, '/xdg');
  assert.equal(cacheFolder(), resolve('/xdg/tfjs-lowrank'));
  set('', '');
  assert.equal(cacheFolder(), join(homedir(), '.cache', 'tfjs-lowrank'));
  set(undefined, undefined);
  assert.equal(cacheFolder(), join(homedir(), '.cache', 'tfjs-lowrank'));
});

function set(cache: string | undefined, xdg: string | undefined): void {
  for (const [name, value] of Object.entries({ LOWRANK_CACHE: cache, XDG_CACHE_HOME: xdg })) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
}
