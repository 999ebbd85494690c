/**
 * Works through a list with a few at a time, until it is done, the work says `stop`, or time is up. Items that
 * were not begun are left for the next run.
 * @returns whether every item was begun
 */
export async function forEachBounded<T>(
  items: readonly T[],
  limits: { parallel: number; deadline: number; now: () => number },
  work: (item: T) => Promise<'go on' | 'stop'>,
): Promise<boolean> {
  const queue = [...items];
  let isStopped = false;
  async function worker(): Promise<void> {
    while (!isStopped && limits.now() < limits.deadline) {
      const item = queue.shift();
      if (item === undefined) return;
      if ((await work(item)) === 'stop') isStopped = true;
    }
  }
  await Promise.all(Array.from({ length: limits.parallel }, worker));
  return queue.length === 0;
}
