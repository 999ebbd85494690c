/** What a file may be at most. Larger ones are split by whoever knows where. */
export const limits = {
  /** Bytes of the file. */
  fileBytes: 10 * 1024 * 1024,
  /** Characters of its text: about 150 pages. */
  textCharacters: 400_000,
  /** Pages of a PDF. */
  pdfPages: 300,
  /** Chunks that the database takes for one document. */
  chunks: 500,
} as const;

/** A file that cannot be added, in words for whoever wanted to. */
export class FileProblem extends Error {
  override readonly name = 'FileProblem';
}
