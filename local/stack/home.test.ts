import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeHomeFolder, openHome, writeStamp } from './home.ts';
import { loadOrCreateKeys } from './keys.ts';
import { takeLock } from './lock.ts';
import { homePaths, type HomePaths } from './paths.ts';
import { processBirth } from './processes.ts';

let folder: string;
let paths: HomePaths;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mindbot-home-'));
  paths = homePaths(join(folder, 'home'));
  makeHomeFolder(paths);
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('the data folder', () => {
  it('gets a stamp and is known again', () => {
    const first = openHome(paths);
    expect(openHome(paths)).toEqual(first);
  });

  it('is refused when it holds something else', () => {
    writeFileSync(join(paths.home, 'thesis.txt'), '');
    expect(() => openHome(paths)).toThrow('thesis.txt');
  });

  it('is refused when it is of another version, with the way out', () => {
    writeStamp(paths, { ...openHome(paths), format: 0 });
    expect(() => openHome(paths)).toThrow('npm run reset');
  });

  it('is refused when its stamp is damaged', () => {
    writeFileSync(paths.stamp, '{');
    expect(() => openHome(paths)).toThrow('damaged');
  });

  it('is refused when the database in it is not whole', () => {
    openHome(paths);
    mkdirSync(paths.postgres);
    expect(() => openHome(paths)).toThrow(paths.postgres);
  });
});

describe('the keys', () => {
  it('are made once, for their owner only', () => {
    const keys = loadOrCreateKeys(paths.keys, { mayCreate: true });
    expect(statSync(paths.keys).mode & 0o777).toBe(0o600);
    expect(loadOrCreateKeys(paths.keys, { mayCreate: false })).toEqual(keys);
  });

  it('are never made anew beside a database that needs the old ones', () => {
    expect(() => loadOrCreateKeys(paths.keys, { mayCreate: false })).toThrow('is missing');
  });

  it('are never replaced when they are damaged', () => {
    writeFileSync(paths.keys, '{"jwtSecret": 1}');
    expect(() => loadOrCreateKeys(paths.keys, { mayCreate: true })).toThrow('damaged');
  });
});

describe('the lock', () => {
  const busy = ({ pid }: { pid: number }) => `taken by ${pid}`;

  it('is refused while its holder lives', () => {
    takeLock(paths.lock, busy);
    expect(() => takeLock(paths.lock, busy)).toThrow(`taken by ${process.pid}`);
  });

  it('is free again when it is given back', () => {
    takeLock(paths.lock, busy)();
    expect(takeLock(paths.lock, busy)).toBeTypeOf('function');
  });

  it('is taken over when its holder is gone, even if the pid lives on in another process', () => {
    const other = JSON.stringify({
      pid: process.pid,
      birth: `${processBirth(process.pid)}-before`,
    });
    writeFileSync(paths.lock, other);
    expect(takeLock(paths.lock, busy)).toBeTypeOf('function');
  });
});
