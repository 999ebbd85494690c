import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chunkOverlap, chunkSize } from './chunks.ts';
import { limits } from './limits.ts';
import { makePdf } from './pdf.fixture.ts';
import { readDocument } from './read-document.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mindbot-knowledge-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function file(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

const read = async (name: string, content: string | Uint8Array) =>
  readDocument(await file(name, content));

/** Sentences, each with its number, so that one can see what was cut where. */
function prose(sentences: number): string {
  return Array.from(
    { length: sentences },
    (_, index) => `Sentence number ${index + 1} tells something that nobody needs to know.`,
  ).join(' ');
}

describe('Markdown', () => {
  it('becomes chunks under their headings, title first', async () => {
    const document = await read('a.md', '# Refunds\nIntro.\n\n## How\nAsk us.\n');
    expect(document).toEqual({
      title: 'Refunds',
      fileName: 'a.md',
      mediaType: 'text/markdown',
      contentHash: createHash('sha256')
        .update('# Refunds\nIntro.\n\n## How\nAsk us.\n')
        .digest('hex'),
      chunks: [
        { heading: 'Refunds', content: 'Intro.' },
        { heading: 'Refunds › How', content: 'Ask us.' },
      ],
    });
  });

  it('is cut into pieces of the chosen size, each of which knows where it stands', async () => {
    const { chunks } = await read(
      'b.md',
      `# T\n## Long\n${prose(60)}\n\n${prose(60)}\n\n## Short\nEnd.`,
    );
    expect(chunks.length).toBeGreaterThan(8);
    for (const { content } of chunks) expect(content.length).toBeLessThanOrEqual(chunkSize);
    expect(chunks.slice(0, -1).every(({ heading }) => heading === 'T › Long')).toBe(true);
    expect(chunks.at(-1)).toEqual({ heading: 'T › Short', content: 'End.' });
  });

  it('loses nothing, and repeats a little where it was cut', async () => {
    const { chunks } = await read('c.md', prose(60));
    const text = chunks.map(({ content }) => content).join(' ');
    for (let nth = 1; nth <= 60; nth += 1) expect(text).toContain(`number ${nth} tells`);
    const total = chunks.reduce((sum, { content }) => sum + content.length, 0);
    expect(total).toBeGreaterThan(prose(60).length);
    expect(total).toBeLessThanOrEqual(prose(60).length + chunks.length * chunkOverlap);
  });

  it('is called by its file when it has no title', async () => {
    expect((await read('how_it-works.markdown', 'Text.')).title).toBe('How it works');
  });
});

describe('text', () => {
  it('is one section under its title', async () => {
    const { mediaType, chunks } = await read('house rules.txt', '# not a heading\nText.');
    expect(mediaType).toBe('text/plain');
    expect(chunks).toEqual([{ heading: 'House rules', content: '# not a heading\nText.' }]);
  });

  it('may be UTF-8 with a mark, and UTF-16', async () => {
    expect((await read('bom.txt', '\ufeffÄpfel')).chunks[0]?.content).toBe('Äpfel');
    const little = Buffer.from('\ufeffÄpfel', 'utf16le');
    expect((await read('le.txt', little)).chunks[0]?.content).toBe('Äpfel');
    expect((await read('be.txt', Buffer.from(little).swap16())).chunks[0]?.content).toBe('Äpfel');
  });

  it('loses the characters that Postgres does not take and nobody reads', async () => {
    expect((await read('bell.txt', 'a\u0007b\tc\nd')).chunks[0]?.content).toBe('a b\tc\nd');
  });
});

describe('PDF', () => {
  it('is read page by page', async () => {
    const pdf = makePdf([['First page,', 'second line.'], ['Second page \\ (really).']], 'Tips');
    const document = await read('tips.pdf', pdf);
    expect(document).toMatchObject({ title: 'Tips', mediaType: 'application/pdf' });
    expect(document.chunks).toEqual([
      { heading: 'Tips › Page 1', content: 'First page,\nsecond line.' },
      { heading: 'Tips › Page 2', content: 'Second page \\ (really).' },
    ]);
    expect(document.contentHash).toBe(createHash('sha256').update(pdf).digest('hex'));
  });

  it('is called by its file when it has no title', async () => {
    expect((await read('good-tips.pdf', makePdf([['Text.']]))).title).toBe('Good tips');
  });

  it('of the demo knowledge has its text', async () => {
    const path = new URL('../../seed/knowledge/tips-for-a-good-call.pdf', import.meta.url);
    const { title, chunks } = await readDocument(fileURLToPath(path));
    expect(title).toBe('Tips for a good call');
    expect(chunks.map(({ content }) => content).join(' ')).toContain('A headset is best.');
  });
});

it.each<[string, string, string | Uint8Array, RegExp]>([
  ['an empty file', 'empty.md', '', /^is empty$/],
  ['only headings', 'hollow.md', '# A\n## B\n', /^has no text$/],
  ['only white space', 'blank.txt', ' \n\t\n', /^has no text$/],
  ['another kind of file', 'photo.png', 'x', /^is neither Markdown/],
  ['no extension', 'README', 'x', /^is neither Markdown/],
  ['binary text', 'noise.txt', Buffer.from([0x61, 0xc3, 0x28, 0x00]), /^is not text/],
  ['text with NUL', 'nul.md', 'a\0b', /^is not text/],
  ['a PDF in disguise', 'disguise.txt', makePdf([['x']]), /^is a PDF: call it \.pdf$/],
  ['text that is called PDF', 'fake.pdf', 'Hello.', /^is damaged, or no PDF at all$/],
  ['half a PDF', 'half.pdf', makePdf([['x']]).slice(0, 60), /^is damaged, or no PDF at all$/],
  ['a PDF without text', 'scan.pdf', makePdf([[], []]), /^has no text that could be read/],
  [
    'too many pages',
    'book.pdf',
    makePdf(Array.from({ length: limits.pdfPages + 1 }, () => ['x'])),
    /^has 301 pages/,
  ],
  ['too many characters', 'long.txt', 'a'.repeat(limits.textCharacters + 1), /^has 400,001 char/],
  ['too many bytes', 'big.txt', Buffer.alloc(limits.fileBytes + 1, 'a'), /^has 10\.0 MiB/],
  ['too many pieces', 'bits.md', '# a\nb\n'.repeat(limits.chunks + 1), /^makes 501 pieces/],
])('says what is wrong with %s', async (_, name, content, words) => {
  await expect(read(name, content)).rejects.toThrow(words);
  await expect(read(name, content)).rejects.toMatchObject({ name: 'FileProblem' });
});

it('says what is wrong with what is no file', async () => {
  await expect(readDocument(join(folder, 'nowhere.md'))).rejects.toThrow(/^does not exist$/);
  const path = join(folder, 'folder.md');
  await mkdir(path);
  await expect(readDocument(path)).rejects.toThrow(/^is a folder/);
});
