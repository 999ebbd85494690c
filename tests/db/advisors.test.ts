import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, inject, test } from 'vitest';
import { z } from 'zod';
import { templateDatabase } from '../support/template-database.ts';

const cli = fileURLToPath(new URL('../../node_modules/.bin/supabase', import.meta.url));
const findings = z.array(z.object({ name: z.string(), level: z.string(), detail: z.string() }));

/** What the advisors may say, and why it is all right. */
const explained: Record<string, RegExp> = {
  // Nobody has queried the fresh database.
  unused_index: /./,
  // Nobody of the API may read the internals: with row-level security and no policy, none can.
  rls_enabled_no_policy: /^Table `private\./,
  // Arithmetic in SQL-standard bodies: bound when they are made, and inlined only without a setting of their own.
  function_search_path_mutable:
    /^Function `private\.(bucket_delta|cost_seconds|talk_seconds|open_seconds|believed_seconds|is_count|is_agent_state|is_usable)` /,
};

test('the advisors of Supabase find nothing that is not explained', async () => {
  const { stdout } = await promisify(execFile)(cli, [
    'db',
    'advisors',
    `--remote=${inject('databaseServerUrl')}/${templateDatabase}?sslmode=disable`,
    '--level',
    'info',
    '--output',
    'json',
  ]);
  const found = findings.parse(JSON.parse(stdout.slice(stdout.indexOf('['))));
  expect(found.length).toBeGreaterThan(0);
  expect(found.filter(({ name, detail }) => !explained[name]?.test(detail))).toEqual([]);
});
