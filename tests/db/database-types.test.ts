import { readFile } from 'node:fs/promises';
import { expect, inject, test } from 'vitest';
import { databaseTypesFile, generateDatabaseTypes } from '../../scripts/database-types.ts';
import { templateDatabase } from '../support/template-database.ts';

test('the generated types fit the migrations (npm run types:generate makes them anew)', async () => {
  const types = await generateDatabaseTypes(`${inject('databaseServerUrl')}/${templateDatabase}`);
  expect(types).toBe(await readFile(databaseTypesFile, 'utf8'));
});
