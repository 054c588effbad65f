import { operationThreads } from '../environment';

/** How many threads one operation of a compiled step should use, by the size of its largest operation in FLOPs. */
export function threadsFor(largestOperation: number): number {
  return largestOperation < 2e7 ? 1 : operationThreads();
}
