/** An expected failure that a person can act on: the message is printed as it is, without a stack. */
export class Problem extends Error {
  override readonly name = 'Problem';
}

/** The text of anything that was thrown, for a person. */
export function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
