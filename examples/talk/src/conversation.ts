/** One line of what was said or typed. */
export interface Line {
  id: string;
  isMine: boolean;
  isTyped: boolean;
  text: string;
  /** Milliseconds since 1970. */
  at: number;
}

/**
 * Puts what was typed where it belongs among what was said. The spoken lines keep their order: a line that
 * is still being recognised gets a new time with every word.
 */
export const conversation = (spoken: readonly Line[], typed: readonly Line[]): Line[] => {
  const lines = [...spoken];
  for (const line of typed) {
    const after = lines.findLastIndex(({ at }) => at <= line.at);
    lines.splice(after + 1, 0, line);
  }
  return lines;
};
