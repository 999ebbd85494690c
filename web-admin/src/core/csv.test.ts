import { expect, test } from 'vitest';
import { csvCell, csvHead, csvLines } from './csv.ts';

test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\tx', '\rx', '=cmd|"/C calc"!A0'])(
  '%j is no formula any more',
  (text) => {
    expect(csvCell(text)).toMatch(/^"?'/);
  },
);

test.each([
  [null, ''],
  [undefined, ''],
  [0, '0'],
  [-5, "'-5"],
  [true, 'true'],
  ['plain', 'plain'],
  ['a,b', '"a,b"'],
  ['say "hi"', '"say ""hi"""'],
  ['two\nlines', '"two\nlines"'],
  [{ a: 1 }, '"{""a"":1}"'],
])('%j becomes %j', (value, cell) => {
  expect(csvCell(value)).toBe(cell);
});

test('lines have their columns in order, missing ones empty', () => {
  expect(csvHead(['b', 'a'])).toBe('b,a\r\n');
  expect(csvLines(['b', 'a'], [{ a: 1, b: 2 }, { a: 3 }])).toBe('2,1\r\n,3\r\n');
});
