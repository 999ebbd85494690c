import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { firstImpassable } from './postgres-user.ts';

const { uid, gid } = userInfo();
/** Somebody whom closed folders stop: root passes everywhere. */
const user = uid === 0 ? { uid: 65_534, gid: 65_534 } : { uid, gid };
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "mindbot passable '$x"));
  chmodSync(folder, 0o711);
  mkdirSync(join(folder, 'closed', 'inner'), { recursive: true });
});
afterEach(() => {
  chmodSync(join(folder, 'closed'), 0o700);
  rmSync(folder, { recursive: true, force: true });
});

it('names the outermost folder that the user may not enter', () => {
  chmodSync(join(folder, 'closed'), 0o600);
  expect(firstImpassable(join(folder, 'closed', 'inner'), user)).toBe(join(folder, 'closed'));
});

it('finds nothing where every folder lets the user pass', () => {
  chmodSync(join(folder, 'closed'), 0o711);
  chmodSync(join(folder, 'closed', 'inner'), 0o711);
  expect(firstImpassable(join(folder, 'closed', 'inner'), user)).toBeUndefined();
});
