import { MarkdownTextSplitter, RecursiveCharacterTextSplitter } from '@langchain/textsplitters';
import { FileProblem, limits } from './limits.ts';
import type { Section } from './markdown.ts';

/**
 * Characters of a chunk. About 250 tokens, or a minute of speech: enough for a rule with its exceptions, and five
 * of them still leave the language model room to think within a second.
 */
export const chunkSize = 1000;
/** Characters that a chunk repeats of the one before, where a section had to be cut: a sentence or so. */
export const chunkOverlap = 100;

/** A chunk as `admin_add_document` takes it, without its embedding. */
export interface TextChunk {
  /** Where it stands: `Refunds › How to ask for one`. */
  heading: string;
  content: string;
}

const headingLimit = 300;

function headingOf(title: string, headings: readonly string[]): string {
  const path = headings[0] === title ? headings : [title, ...headings];
  const heading = path.join(' › ');
  return heading.length <= headingLimit ? heading : `${heading.slice(0, headingLimit - 1)}…`;
}

/**
 * Cuts the sections of a document into chunks; a chunk never reaches over a heading.
 * @throws {FileProblem} when it makes too many
 */
export async function splitSections(
  title: string,
  sections: readonly Section[],
  kind: 'markdown' | 'text',
): Promise<TextChunk[]> {
  const Splitter = kind === 'markdown' ? MarkdownTextSplitter : RecursiveCharacterTextSplitter;
  const splitter = new Splitter({ chunkSize, chunkOverlap });
  const chunks: TextChunk[] = [];
  for (const { headings, text } of sections) {
    const heading = headingOf(title, headings);
    for (const content of await splitter.splitText(text)) {
      if (content.trim() !== '') chunks.push({ heading, content: content.trim() });
    }
  }
  if (chunks.length > limits.chunks) {
    throw new FileProblem(
      `makes ${chunks.length} pieces, and at most ${limits.chunks} are taken: split it`,
    );
  }
  return chunks;
}
