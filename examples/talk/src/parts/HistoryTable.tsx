import type { ReactNode } from 'react';
import type { Loaded } from '../hooks/use-load.ts';
import { ErrorNote } from './ErrorNote.tsx';

export interface Column<Row> {
  title: string;
  cell: (row: Row) => ReactNode;
  isNumber?: boolean;
}

interface Props<Row> {
  title: string;
  /** Told when there is nothing; undefined leaves the whole section out then. */
  empty: string | undefined;
  rows: Loaded<Row[]>;
  columns: readonly Column<Row>[];
}

/** A section of the history: its heading, its failure, its emptiness, its rows. */
export const HistoryTable = <Row extends { id: string }>({
  title,
  empty,
  rows,
  columns,
}: Props<Row>) => {
  const { data, error, reload } = rows;
  if (empty === undefined && data?.length === 0) return null;
  return (
    <section className="card" aria-label={title}>
      <h2>{title}</h2>
      <ErrorNote error={error} onRetry={reload} />
      {data?.length === 0 && <p className="help">{empty}</p>}
      {data && data.length > 0 && (
        <div className="scroll" tabIndex={0} role="region" aria-label={`${title}, table`}>
          <table>
            <thead>
              <tr>
                {columns.map((column) => (
                  <th key={column.title} scope="col">
                    {column.title}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {data.map((row) => (
                <tr key={row.id}>
                  {columns.map((column) => (
                    <td key={column.title} className={column.isNumber ? 'number' : undefined}>
                      {column.cell(row)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
};
