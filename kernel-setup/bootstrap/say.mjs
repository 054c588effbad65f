/**
 * Tells the user what happens: `say(line)` for a line that stays, `say.progress(line)` for how far a step is, which
 * replaces itself on a terminal and is thinned out elsewhere.
 * @typedef {((line: string) => void) & { progress(line: string): void }} Say
 */

const quietMilliseconds = 5000;

/**
 * @param {NodeJS.WritableStream & { isTTY?: boolean, columns?: number }} stream
 * @returns {Say}
 */
export function createSay(stream) {
  let pending = false;
  let lastLine = '';
  let lastTime = 0;

  const clear = () => {
    if (pending) stream.write('\r\x1b[2K');
    pending = false;
  };
  /** @param {string} line */
  const say = (line) => {
    clear();
    stream.write(`${line}\n`);
    lastLine = line;
    lastTime = Date.now();
  };
  /** @param {string} line */
  say.progress = (line) => {
    if (line === lastLine) return;
    if (stream.isTTY) {
      stream.write(`\r\x1b[2K${line.slice(0, (stream.columns ?? 80) - 1)}`);
      pending = true;
      lastLine = line;
    } else if (Date.now() - lastTime >= quietMilliseconds) {
      say(line);
    }
  };
  return say;
}
