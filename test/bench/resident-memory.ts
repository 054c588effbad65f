import { readFileSync, writeFileSync } from 'node:fs';

/** Lets the peak of a process's resident set start anew from what it holds now. Linux only: elsewhere it does nothing. */
export function resetPeakMemory(pid: number): void {
  try {
    writeFileSync(`/proc/${pid}/clear_refs`, '5');
  } catch {
    // Without the right to, the peak is the one since the process's start.
  }
}

/** The largest resident set that a process has had, in 10⁶ bytes; undefined where the system does not tell. */
export function peakMegabytes(pid: number): number | undefined {
  try {
    const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kibibytes === undefined ? undefined : (Number(kibibytes) * 1024) / 1e6;
  } catch {
    return undefined;
  }
}
