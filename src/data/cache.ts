import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/**
 * The folder in which this user's downloads are kept: `LOWRANK_CACHE`, else `tfjs-lowrank` in `XDG_CACHE_HOME`, else
 * `~/.cache/tfjs-lowrank`.
 */
export function cacheFolder(): string {
  const { LOWRANK_CACHE, XDG_CACHE_HOME } = process.env;
  if (LOWRANK_CACHE) return resolve(LOWRANK_CACHE);
  return join(XDG_CACHE_HOME ? resolve(XDG_CACHE_HOME) : join(homedir(), '.cache'), 'tfjs-lowrank');
}
