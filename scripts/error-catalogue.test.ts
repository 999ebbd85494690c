import { glob, readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';

const root = new URL('../', import.meta.url);

test('every error code that anything raises is explained in docs/errors.md', async () => {
  const raised = new Set<string>();
  for await (const file of glob('supabase/{migrations/*.sql,functions/**/*.ts}', { cwd: root })) {
    if (file.endsWith('.test.ts')) continue;
    const source = await readFile(new URL(file, root), 'utf8');
    // `private.fail(402, 'code', …)` in SQL, the table of codes in _shared/errors.ts.
    for (const [, inSql, inTable] of source.matchAll(
      /fail\(\d{3}, '(\w+)'|^ {2}(\w+): \d{3},$/gm,
    )) {
      raised.add(inSql ?? inTable ?? '');
    }
  }
  const catalogue = await readFile(new URL('docs/errors.md', root), 'utf8');
  expect(raised).toContain('insufficient_balance');
  expect(raised).toContain('invalid_signature');
  expect([...raised].filter((code) => !catalogue.includes(`\`${code}\``))).toEqual([]);
});
