import { expect, it } from 'vitest';
import { readMarkdown } from './markdown.ts';

it('cuts a document at its headings and remembers where each part stands', () => {
  const { title, sections } = readMarkdown(
    ['# Refunds', 'Intro.', '## How', 'Ask.', '### By mail', 'Write.', '## When', 'Soon.'].join(
      '\n',
    ),
  );
  expect(title).toBe('Refunds');
  expect(sections).toEqual([
    { headings: ['Refunds'], text: 'Intro.' },
    { headings: ['Refunds', 'How'], text: 'Ask.' },
    { headings: ['Refunds', 'How', 'By mail'], text: 'Write.' },
    { headings: ['Refunds', 'When'], text: 'Soon.' },
  ]);
});

it('keeps what stands before the first heading, and leaves out headings without text', () => {
  const { title, sections } = readMarkdown('Before.\n\n## Empty\n\n## Full\nText.\n');
  expect(title).toBeNull();
  expect(sections).toEqual([
    { headings: [], text: 'Before.' },
    { headings: ['Full'], text: 'Text.' },
  ]);
});

it('takes no line in a code block for a heading', () => {
  const { sections } = readMarkdown(
    '# A\n```sh\n# no heading\n```\n~~~\n## nor this\n```\n~~~\nEnd.',
  );
  expect(sections).toHaveLength(1);
  expect(sections[0]?.text).toContain('# no heading');
});

it('understands headings that are underlined, and reads none into tables, lists and rules', () => {
  const { title, sections } = readMarkdown(
    'Title\n=====\nOne.\n\nPart\n----\nTwo.\n\n---\n\n- item\n---\n\n| a |\n|---|\n',
  );
  expect(title).toBe('Title');
  expect(sections.map(({ headings }) => headings)).toEqual([['Title'], ['Title', 'Part']]);
  expect(sections[1]?.text).toContain('- item');
});

it('takes the marks out of headings', () => {
  const { sections } = readMarkdown('## **Bold** and `code` and [a link](http://x.y) ##\nText.');
  expect(sections[0]?.headings).toEqual(['Bold and code and a link']);
});

it('reads the title from the front matter, which is no text', () => {
  const { title, sections } = readMarkdown('---\ntitle: "Old rules"\ndate: x\n---\n# Rules\nText.');
  expect(title).toBe('Old rules');
  expect(sections).toEqual([{ headings: ['Rules'], text: 'Text.' }]);
});

it('reads lines that end as on Windows', () => {
  expect(readMarkdown('# A\r\nOne.\r\n## B\r\nTwo.\r\n').sections).toEqual([
    { headings: ['A'], text: 'One.' },
    { headings: ['A', 'B'], text: 'Two.' },
  ]);
});

it('takes a skipped level as it comes', () => {
  const { sections } = readMarkdown('# A\n#### D\nDeep.\n## B\nBack.');
  expect(sections.map(({ headings }) => headings)).toEqual([
    ['A', 'D'],
    ['A', 'B'],
  ]);
});
