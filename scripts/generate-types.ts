/** Writes the TypeScript types of the database: `npm run types:generate`, after every change of the migrations. */
import { writeFile } from 'node:fs/promises';
import { startDatabaseServer } from '../tests/support/database-server.ts';
import { templateDatabase } from '../tests/support/template-database.ts';
import { databaseTypesFile, generateDatabaseTypes } from './database-types.ts';

const { url, stop } = await startDatabaseServer();
try {
  await writeFile(databaseTypesFile, await generateDatabaseTypes(`${url}/${templateDatabase}`));
  console.log(`wrote ${databaseTypesFile}`);
} finally {
  await stop();
}
