/** Lines that a shell and dotenv readers take in, as `supabase status -o env` prints them: `NAME="value"`. */
export function formatEnv(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}="${value.replaceAll(/["\\$`]/g, String.raw`\$&`)}"`)
    .join('\n');
}

export function formatJson(values: Readonly<Record<string, string>>): string {
  return JSON.stringify(values, null, 2);
}

/**
 * The output format asked for: `-o json`, `--output=json`, …; without it `env`.
 * Undefined when the arguments say something else.
 */
export function outputFormat(args: readonly string[]): 'env' | 'json' | undefined {
  const [first, second, ...rest] = args.flatMap((arg) =>
    arg.startsWith('--output=') ? ['--output', arg.slice('--output='.length)] : [arg],
  );
  if (first === undefined) return 'env';
  const isFlag = first === '-o' || first === '--output';
  if (!isFlag || rest.length > 0) return undefined;
  return second === 'env' || second === 'json' ? second : undefined;
}
