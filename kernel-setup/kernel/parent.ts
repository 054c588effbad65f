/** How often to look, in milliseconds. */
const interval = 1000;

/**
 * Calls `then` when the process that started this kernel is gone: nobody else would end it.
 *
 * Jupyter names that process in `JPY_PARENT_PID`; without it the kernel was started by hand, and stays.
 */
export function whenParentDies(then: () => void): void {
  const parent = Number(process.env.JPY_PARENT_PID);
  if (!Number.isInteger(parent) || parent <= 1) return;
  const isChild = process.ppid === parent;
  const timer = setInterval(() => {
    if (isChild ? process.ppid === parent : exists(parent)) return;
    clearInterval(timer);
    then();
  }, interval);
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
