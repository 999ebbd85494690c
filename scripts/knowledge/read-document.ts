import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { splitSections, type TextChunk } from './chunks.ts';
import { FileProblem, limits } from './limits.ts';
import { readMarkdown, type Section } from './markdown.ts';
import { readPdf } from './pdf.ts';

/** A document as `admin_add_document` takes it. */
export interface KnowledgeDocument {
  title: string;
  /** Without its folder: under which it is known, and replaced when it changes. */
  fileName: string;
  mediaType: 'text/markdown' | 'text/plain' | 'application/pdf';
  /** SHA-256 of the file, hexadecimal. */
  contentHash: string;
  chunks: TextChunk[];
}

const mediaTypes: Readonly<Record<string, KnowledgeDocument['mediaType']>> = {
  '.md': 'text/markdown',
  '.markdown': 'text/markdown',
  '.txt': 'text/plain',
  '.text': 'text/plain',
  '.pdf': 'application/pdf',
};

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  EACCES: 'may not be read by you',
  EPERM: 'may not be read by you',
  EISDIR: 'is a folder',
  ENOTDIR: 'does not exist',
};

async function readBytes(path: string): Promise<Uint8Array> {
  try {
    const file = await stat(path);
    if (file.isDirectory()) throw new FileProblem('is a folder: name the files in it');
    if (!file.isFile()) throw new FileProblem('is no ordinary file');
    if (file.size === 0) throw new FileProblem('is empty');
    if (file.size > limits.fileBytes) {
      const size = `${(file.size / 1024 / 1024).toFixed(1)} MiB`;
      throw new FileProblem(
        `has ${size}, and at most ${limits.fileBytes / 1024 / 1024} MiB are taken`,
      );
    }
    return await readFile(path);
  } catch (error) {
    if (error instanceof FileProblem) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    throw new FileProblem(reasons[code] ?? `cannot be read (${code})`, { cause: error });
  }
}

/** Whether the bytes begin with these characters. */
function begins(bytes: Uint8Array, mark: string): boolean {
  return Buffer.from(bytes.subarray(0, mark.length)).toString('latin1') === mark;
}

/** @throws {FileProblem} when it is not text in UTF-8, or in UTF-16 with a mark that says so */
function decode(bytes: Uint8Array): string {
  const isUtf16 = begins(bytes, '\xff\xfe') || begins(bytes, '\xfe\xff');
  const encoding = !isUtf16 ? 'utf-8' : begins(bytes, '\xff\xfe') ? 'utf-16le' : 'utf-16be';
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
    if (!text.includes('\0')) return text;
  } catch {
    // Told below.
  }
  throw new FileProblem('is not text: only UTF-8 is read, and no binary files');
}

/** A file name as a title: `how-it-works.txt` is "How it works". */
function titleFrom(fileName: string): string {
  const words = basename(fileName, extname(fileName))
    .replaceAll(/[-_\s]+/g, ' ')
    .trim();
  return words === '' ? fileName : words.charAt(0).toUpperCase() + words.slice(1);
}

async function readContent(
  bytes: Uint8Array,
  mediaType: KnowledgeDocument['mediaType'],
): Promise<{ title: string | null; sections: Section[] }> {
  if (mediaType === 'application/pdf') return readPdf(bytes);
  if (begins(bytes, '%PDF-')) throw new FileProblem('is a PDF: call it .pdf');
  const text = decode(bytes);
  if (mediaType === 'text/markdown') return readMarkdown(text);
  return { title: null, sections: [{ headings: [], text: text.trim() }] };
}

/**
 * Reads a file and cuts it into chunks.
 * @throws {FileProblem} saying what is wrong with it, to be put behind its name
 */
export async function readDocument(path: string): Promise<KnowledgeDocument> {
  const fileName = basename(path);
  const mediaType = mediaTypes[extname(path).toLowerCase()];
  if (!mediaType) {
    throw new FileProblem('is neither Markdown (.md), text (.txt) nor PDF (.pdf)');
  }
  const bytes = await readBytes(path);
  const content = await readContent(bytes, mediaType);
  // Postgres takes no NUL, and nobody reads the other control characters.
  // oxlint-disable-next-line no-control-regex -- they are what is meant
  const clean = (text: string) => text.replaceAll(/[\0-\x08\x0b\x0c\x0e-\x1f\x7f]/g, ' ');
  const sections = content.sections.map(({ headings, text }) => ({
    headings: headings.map(clean),
    text: clean(text),
  }));
  const size = sections.reduce((sum, { text }) => sum + text.length, 0);
  if (size > limits.textCharacters) {
    const most = limits.textCharacters.toLocaleString('en');
    throw new FileProblem(
      `has ${size.toLocaleString('en')} characters, and at most ${most} are taken: split it`,
    );
  }
  const title = clean(content.title ?? titleFrom(fileName))
    .trim()
    .slice(0, 200);
  const kind = mediaType === 'text/markdown' ? 'markdown' : 'text';
  const chunks = await splitSections(title, sections, kind);
  if (chunks.length === 0) throw new FileProblem('has no text');
  const contentHash = createHash('sha256').update(bytes).digest('hex');
  return { title, fileName, mediaType, contentHash, chunks };
}
