import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { SupabaseClient } from '@supabase/supabase-js';
import { z } from 'zod';
import type { Database } from '../supabase/functions/_shared/database.types.ts';

/** Where the documents about MindBot itself are. */
export const demoKnowledge = new URL('knowledge/', import.meta.url);

/**
 * Adds the documents about MindBot that the project has never had. What an admin changed or removed stays so.
 *
 * @param admin signed in as an admin
 * @returns how many were added
 */
export async function plantKnowledge(admin: SupabaseClient<Database>): Promise<number> {
  const { data, error } = await admin.from('knowledge_documents').select('file_name');
  if (error) throw new Error(`seeding failed: ${error.message}`);
  const known = new Set(
    z
      .array(z.object({ file_name: z.string() }))
      .parse(data)
      .map((row) => row.file_name),
  );
  const missing = (await readdir(demoKnowledge)).filter((name) => !known.has(name)).toSorted();
  if (missing.length === 0) return 0;
  // Only the first seed needs the parsers, and they take a while to load.
  const { addFile } = await import('../scripts/knowledge/add.ts');
  for (const name of missing) {
    await addFile(fileURLToPath(new URL(name, demoKnowledge)), {
      client: admin,
      embed: null,
      language: 'en',
      reason: 'demo knowledge',
    });
  }
  return missing.length;
}
