import { expect, test } from 'vitest';
import { conversation } from './conversation.ts';
import type { Line } from './conversation.ts';

const line = (id: string, at: number, isTyped = false): Line => ({
  id,
  at,
  isTyped,
  isMine: isTyped,
  text: id,
});

test('what was typed stands after what was said before it', () => {
  const lines = conversation(
    [line('greeting', 10), line('answer', 30)],
    [line('question', 20, true), line('thanks', 40, true)],
  );
  expect(lines.map(({ id }) => id)).toEqual(['greeting', 'question', 'answer', 'thanks']);
});

test('what was said keeps its order, whatever its times', () => {
  const lines = conversation([line('first', 50), line('second', 40)], []);
  expect(lines.map(({ id }) => id)).toEqual(['first', 'second']);
});
