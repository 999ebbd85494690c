export type LogAttributes = Record<string, string | number | boolean | null>;

export interface Log {
  info(message: string, attributes?: LogAttributes): void;
  warn(message: string, attributes?: LogAttributes): void;
  error(message: string, attributes?: LogAttributes): void;
}

// Messages of third-party errors may quote what they were given.
const SECRETS =
  /\b(?:(?:sk|rk|pk|whsec|sb_secret|sb_publishable|pi_\w+_secret)_\w+|eyJ[\w-]+\.[\w-]+\.[\w-]*)/g;

/** Text of an error that is safe to log: key-like and token-like words are blanked, length is bounded. */
export function safeErrorText(error: unknown): string {
  const text =
    error instanceof Error ? `${error.name}: ${error.stack ?? error.message}` : String(error);
  return text.replace(SECRETS, '[secret]').slice(0, 2000);
}

/** One JSON object per line: `{time, level, message, …attributes}`. */
export function createLog(
  write: (line: string) => void = (line) => console.log(line),
  now: () => Date = () => new Date(),
): Log {
  const line =
    (level: string) =>
    (message: string, attributes: LogAttributes = {}) =>
      write(JSON.stringify({ time: now().toISOString(), level, message, ...attributes }));
  return { info: line('info'), warn: line('warn'), error: line('error') };
}
