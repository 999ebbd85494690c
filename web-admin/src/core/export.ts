import { csvHead, csvLines } from './csv.ts';
import type { Result } from './errors.ts';
import { readRows } from './list-query.ts';
import type { ListAsked } from './list-query.ts';

/** PostgREST answers at most this many rows at once (max_rows). */
const PAGE_ROWS = 1000;

export interface Export {
  /** Parts of the file, to be put together. */
  parts: string[];
  rows: number;
}

/**
 * Reads everything that a filter finds, page by page, until a page is empty (a project may answer fewer rows
 * at once than asked). A row that moved to a later page meanwhile is taken once.
 * @param onProgress hears how many rows there are so far
 */
export const exportAll = async (
  resource: string,
  asked: Pick<ListAsked, 'filter' | 'sort'>,
  onProgress: (rows: number) => void,
  signal: AbortSignal,
): Promise<Result<Export>> => {
  const seen = new Set<string | number>();
  const parts: string[] = [];
  let columns: string[] | undefined;
  let from = 0;
  while (!signal.aborted) {
    const page = await readRows(resource, { ...asked, from, limit: PAGE_ROWS });
    if (page.error) return page;
    if (page.data.length === 0) break;
    from += page.data.length;
    const fresh = page.data.filter(({ id }) => !seen.has(id));
    for (const { id } of fresh) seen.add(id);
    if (columns === undefined) {
      columns = Object.keys(page.data[0] ?? {});
      parts.push(csvHead(columns));
    }
    parts.push(csvLines(columns, fresh));
    onProgress(seen.size);
  }
  return { data: { parts, rows: seen.size } };
};
