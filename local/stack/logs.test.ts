import { closeSync, mkdtempSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { inheritedEnv } from './child-env.ts';
import { Logs } from './logs.ts';

let folder: string;
let logs: Logs;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mindbot-logs-'));
  logs = new Logs(folder);
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('a log', () => {
  it('is cut when it is long, keeping the piece before, and goes on', () => {
    const fd = logs.open('part', { fresh: true });
    writeSync(fd, 'x'.repeat(100));
    logs.cutLongLogs(50);
    writeSync(fd, 'after\n');
    closeSync(fd);
    expect(logs.tail('part')).toEqual(['after']);
    expect(statSync(`${logs.path('part')}.1`).size).toBe(100);
  });

  it('begins anew with a run, and keeps the one before', () => {
    const first = logs.open('part', { fresh: true });
    writeSync(first, 'old\n');
    closeSync(first);
    closeSync(logs.open('part', { fresh: true }));
    expect(logs.tail('part')).toEqual([]);
    expect(statSync(`${logs.path('part')}.1`).size).toBe(4);
  });

  it('ends with its last lines that say something', () => {
    logs.append('part', 'one');
    logs.append('part', '');
    logs.append('part', 'two');
    expect(logs.tail('part', 1)[0]).toMatch(/ two$/);
    expect(logs.tail('nothing')).toEqual([]);
  });
});

describe('the environment of a part', () => {
  it('has what the machine needs and no secret of anybody', () => {
    const source = {
      PATH: '/bin',
      HOME: '/h',
      npm_config_registry: 'r',
      OPENAI_API_KEY: 'k',
      AWS_SECRET: 's',
    };
    expect(inheritedEnv(source)).toEqual({ PATH: '/bin', HOME: '/h', npm_config_registry: 'r' });
  });
});
