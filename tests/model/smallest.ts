/** Makes a failing sequence as small as it gets: leaves out whatever the failure does not need. */

/** Tries at most `tries` shorter sequences; `fails` says whether one still fails. */
export async function smallest<T>(
  items: readonly T[],
  fails: (items: readonly T[]) => Promise<boolean>,
  tries = 400,
): Promise<readonly T[]> {
  let kept = items;
  let left = tries;
  for (
    let size = Math.ceil(items.length / 2);
    size >= 1;
    size = size === 1 ? 0 : Math.ceil(size / 2)
  ) {
    let isShorter = true;
    while (isShorter && left > 0) {
      isShorter = false;
      for (let from = kept.length - size; from >= 0 && left > 0; from -= size) {
        const shorter = kept.toSpliced(from, size);
        left -= 1;
        if (await fails(shorter)) {
          kept = shorter;
          isShorter = true;
        }
      }
    }
  }
  return kept;
}
