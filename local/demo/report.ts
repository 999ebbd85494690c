import { styleText } from 'node:util';

const startedAt = performance.now();

function line(mark: string, name: string, text: string): void {
  const elapsed = ((performance.now() - startedAt) / 1000).toFixed(1).padStart(5);
  console.log(`${elapsed} s  ${mark} ${name.padEnd(12)} ${text}`);
}

/** Says that a step went well. */
export function step(name: string, text: string): void {
  line(styleText('green', '✓'), name, text);
}

/** Says what is going on inside a step. */
export function progress(name: string, text: string): void {
  line(' ', name, text);
}

/** Says that a step was left out, and why. */
export function skipped(name: string, reason: string): void {
  line(styleText('yellow', '-'), name, `skipped: ${reason}`);
}

/** Says what is off. */
export function failed(text: string): void {
  line(styleText('red', '✗'), 'failed', text);
}

/** Seconds as people read them: 59:47. */
export function minutes(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
