import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { formatEnv, formatJson, outputFormat } from './status-format.ts';

describe('the output of status', () => {
  it('is NAME="value" lines as the Supabase CLI prints them', () => {
    expect(formatEnv({ API_URL: 'http://127.0.0.1:54321', SECRET_KEY: 'sb_secret_x' })).toBe(
      'API_URL="http://127.0.0.1:54321"\nSECRET_KEY="sb_secret_x"',
    );
  });

  it('means the same to a shell, whatever a value holds', () => {
    const value = 'a "b" $HOME `id` \\ c';
    const script = `${formatEnv({ VALUE: value })}\nprintf %s "$VALUE"`;
    expect(execFileSync('sh', ['-c', script], { encoding: 'utf8' })).toBe(value);
  });

  it('is one object as JSON', () => {
    expect(JSON.parse(formatJson({ A: '1' }))).toEqual({ A: '1' });
  });

  it.each([
    [[], 'env'],
    [['-o', 'json'], 'json'],
    [['--output', 'env'], 'env'],
    [['--output=json'], 'json'],
    [['-o'], undefined],
    [['-o', 'yaml'], undefined],
    [['json'], undefined],
    [['-o', 'json', 'more'], undefined],
  ])('understands %j', (args, format) => {
    expect(outputFormat(args)).toBe(format);
  });
});
