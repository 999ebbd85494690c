import { describe, expect, test } from 'vitest';
import { readFile } from 'node:fs/promises';
import { ERROR_TEXTS, textOfError } from './error-texts.ts';
import { fromBody } from './errors.ts';

describe('a refusal of ours', () => {
  test('keeps its code, its sentence and its field errors', () => {
    const error = fromBody(
      {
        code: 'PT400',
        message: 'invalid_input',
        hint: 'Correct the fields.',
        details:
          '{"seconds": ["must be a whole number", "must be more"], "reason": "must be given"}',
      },
      400,
    );
    expect(error).toMatchObject({
      code: 'invalid_input',
      status: 400,
      fields: { seconds: ['must be a whole number', 'must be more'], reason: ['must be given'] },
    });
  });

  test('that says more than its code is told in its own words', () => {
    const error = fromBody(
      { code: 'PT409', message: 'illegal_transition', hint: 'This card is revoked already.' },
      409,
    );
    expect(textOfError(error)).toBe('This card is revoked already.');
  });
});

test.each([
  [{ code: 'PGRST301', message: 'JWT expired' }, 401, 'not_authenticated'],
  [{ code: 'PGRST116', message: 'no rows' }, 406, 'not_found'],
  [{ code: '22P02', message: 'invalid uuid' }, 400, 'not_found'],
  [{ code: '42501', message: 'permission denied' }, 403, 'not_allowed'],
  [{ code: '57014', message: 'timeout' }, 500, 'too_slow'],
  [{ message: 'Failed to fetch' }, 0, 'network'],
  [{ code: 'XX000', message: 'secret internals' }, 500, 'unexpected'],
  [null, 500, 'unexpected'],
])('%j with status %i is %s', (body, status, code) => {
  expect(fromBody(body, status).code).toBe(code);
  expect(textOfError(fromBody(body, status))).not.toContain('secret');
});

test('every code of the catalogue has its words', async () => {
  const catalogue = await readFile(new URL('../../../docs/errors.md', import.meta.url), 'utf8');
  const listed = [...catalogue.matchAll(/^\| [\d/]+ \| `([a-z_]+)`/gm)].map(
    ([, code]) => code ?? '',
  );
  expect(listed.length).toBeGreaterThan(10);
  expect(listed.filter((code) => !(code in ERROR_TEXTS))).toEqual([]);
});
