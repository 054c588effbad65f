type Write = (name: 'stdout' | 'stderr', text: string) => void;

/** Sends what is written to the process's standard streams from JavaScript elsewhere. */
export function captureOutput(write: Write): void {
  for (const name of ['stdout', 'stderr'] as const) {
    const decoder = new TextDecoder();
    const capture = (chunk: string | Uint8Array, encoding?: unknown, callback?: unknown): boolean => {
      const text = typeof chunk === 'string' ? decodeText(chunk, encoding) : decoder.decode(chunk, { stream: true });
      write(name, text);
      const done = [encoding, callback].find((argument) => typeof argument === 'function');
      if (done) process.nextTick(done as () => void);
      return true;
    };
    process[name].write = capture as typeof process.stdout.write;
  }
}

function decodeText(text: string, encoding: unknown): string {
  return encoding === 'hex' || encoding === 'base64' ? Buffer.from(text, encoding).toString() : text;
}
