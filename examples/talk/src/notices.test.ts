import { expect, test } from 'vitest';
import { parseNotice, textOfNotice } from './notices.ts';

const parse = (value: unknown) => parseNotice(new TextEncoder().encode(JSON.stringify(value)));

test('a notice about time is told in words', () => {
  const notice = parse({ type: 'last_minute', remaining_seconds: 60 });
  expect(notice?.type === 'last_minute' && textOfNotice(notice)).toContain('1 minute');
});

test('sources are links only where they lead to the web', () => {
  const sources = [
    { title: 'Prices', url: 'https://example.com/prices' },
    { title: 'Trap', url: 'javascript:alert(1)' },
    { url: 'https://example.com' },
  ];
  expect(parse({ type: 'sources', sources })).toEqual({
    type: 'sources',
    sources: [
      { title: 'Prices', url: 'https://example.com/prices' },
      { title: 'Trap', url: undefined },
    ],
  });
});

test('what is no notice of ours is left out', () => {
  expect(parse({ type: 'constructor', remaining_seconds: 1 })).toBeUndefined();
  expect(parse({ type: 'low_balance' })).toBeUndefined();
  expect(parse('low_balance')).toBeUndefined();
  expect(parseNotice(new TextEncoder().encode('{'))).toBeUndefined();
});
