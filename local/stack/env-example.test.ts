import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { expect, it } from 'vitest';
import { parseStackEnv, VARIABLES } from './env.ts';

const text = readFileSync(join(import.meta.dirname, '..', '..', '.env.example'), 'utf8');

it('.env.example names every variable of the stack, each after a comment', () => {
  expect(Object.keys(parseEnv(text)).toSorted()).toEqual(VARIABLES.toSorted());
  const blocks = text.split('\n\n').filter((block) => /^\w+=/m.test(block));
  expect(blocks.filter((block) => !/^#/m.test(block))).toEqual([]);
});

it('.env.example changes nothing when it is copied as it is', () => {
  expect(parseStackEnv(parseEnv(text), '/repo')).toEqual(parseStackEnv({}, '/repo'));
});
