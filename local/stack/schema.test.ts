import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { changedSince, listMigrations } from './schema.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mindbot-migrations-'));
  writeFileSync(join(folder, '20260102_b.sql'), 'select 2');
  writeFileSync(join(folder, '20260101_a.sql'), 'select 1');
  writeFileSync(join(folder, 'README.md'), '');
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('the migrations', () => {
  it('are the SQL files in the order of their versions', () => {
    expect(listMigrations(folder).map((m) => m.version)).toEqual(['20260101', '20260102']);
  });

  it('that have changed since they were applied are named', () => {
    const then = Object.fromEntries(listMigrations(folder).map((m) => [m.version, m.hash]));
    writeFileSync(join(folder, '20260101_a.sql'), 'select 3');
    const now = listMigrations(folder);
    expect(changedSince(now, new Set(['20260101', '20260102']), then)).toEqual(['20260101_a.sql']);
    expect(changedSince(now, new Set(['20260102']), then)).toEqual([]);
  });
});
