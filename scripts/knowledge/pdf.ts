import { extractText, getDocumentProxy, getMeta } from 'unpdf';
import { FileProblem, limits } from './limits.ts';
import type { Section } from './markdown.ts';

async function open(bytes: Uint8Array) {
  try {
    // The parser takes the bytes over; the caller still wants to hash them.
    return await getDocumentProxy(new Uint8Array(bytes), { verbosity: 0 });
  } catch (error) {
    const isLocked = error instanceof Error && error.name === 'PasswordException';
    throw new FileProblem(
      isLocked ? 'is protected by a password' : 'is damaged, or no PDF at all',
      { cause: error },
    );
  }
}

/**
 * The text of a PDF, a section per page.
 * @throws {FileProblem} when it is locked, damaged, too long, or a scan without text
 */
export async function readPdf(
  bytes: Uint8Array,
): Promise<{ title: string | null; sections: Section[] }> {
  const pdf = await open(bytes);
  try {
    if (pdf.numPages > limits.pdfPages) {
      throw new FileProblem(
        `has ${pdf.numPages} pages, and at most ${limits.pdfPages} are taken: split it`,
      );
    }
    const { text } = await extractText(pdf, { mergePages: false });
    const { info } = await getMeta(pdf);
    const title: unknown = info['Title'];
    const sections = text
      .map((page, index) => ({ headings: [`Page ${index + 1}`], text: page.trim() }))
      .filter((section) => section.text !== '');
    if (sections.length === 0) {
      throw new FileProblem('has no text that could be read: is it a scan?');
    }
    return {
      title: typeof title === 'string' && title.trim() !== '' ? title.trim() : null,
      sections,
    };
  } finally {
    await pdf.loadingTask.destroy();
  }
}
