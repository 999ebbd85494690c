import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';

/** The files in which a program reads its environment; what only the local stack's own parts say to each other is not for people. */
const environments = [
  'supabase/functions/_shared/env.ts',
  'agent-worker/src/env.ts',
  'local/stack/env.ts',
  'examples/talk/src/env.ts',
];

test.each(environments)('every variable of %s is explained in .env.example', async (file) => {
  const root = new URL('../', import.meta.url);
  const source = await readFile(new URL(file, root), 'utf8');
  const example = await readFile(new URL('.env.example', root), 'utf8');
  const names = new Set(source.match(/\b[A-Z][A-Z0-9]*_[A-Z0-9_]+(?=:\s|\b['\]])|VITE_[A-Z_]+/g));
  expect(names.size).toBeGreaterThan(0);
  const missing = [...names].filter((name) => !new RegExp(`^#? ?${name}=`, 'm').test(example));
  expect(missing).toEqual([]);
});
