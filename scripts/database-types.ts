import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** Where the generated types are kept. */
export const databaseTypesFile = fileURLToPath(
  new URL('../supabase/functions/_shared/database.types.ts', import.meta.url),
);

/** TypeScript types of the public schema of a migrated database, as the Supabase CLI generates them. */
export async function generateDatabaseTypes(databaseUrl: string): Promise<string> {
  const cli = fileURLToPath(new URL('../node_modules/.bin/supabase', import.meta.url));
  const { stdout } = await promisify(execFile)(
    cli,
    ['gen', 'types', 'typescript', `--remote=${databaseUrl}?sslmode=disable`, '--schema', 'public'],
    { maxBuffer: 16 * 1024 * 1024 },
  );
  return stdout;
}
