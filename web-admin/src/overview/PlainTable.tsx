import Box from '@mui/material/Box';
import Table from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';

export interface PlainColumn<R> {
  label: string;
  cell: (row: R) => React.ReactNode;
  align?: 'right';
}

/** A small table of figures; the first cell of a row is its head. Long ones scroll under their head. */
export const PlainTable = <R,>({
  label,
  columns,
  rows,
  keyOf,
  maxHeight,
}: {
  /** For screen readers. */
  label: string;
  columns: readonly PlainColumn<R>[];
  rows: readonly R[];
  keyOf: (row: R) => string;
  maxHeight?: number;
}) => (
  <Box
    role="region"
    aria-label={label}
    tabIndex={0}
    sx={{ overflow: 'auto', ...(maxHeight === undefined ? {} : { maxHeight }) }}
  >
    <Table size="small" stickyHeader={maxHeight !== undefined} aria-label={label}>
      <TableHead>
        <TableRow>
          {columns.map(({ label: head, align }) => (
            <TableCell
              key={head}
              align={align ?? 'left'}
              scope="col"
              sx={{ bgcolor: 'background.paper' }}
            >
              {head}
            </TableCell>
          ))}
        </TableRow>
      </TableHead>
      <TableBody>
        {rows.map((row) => (
          <TableRow key={keyOf(row)} sx={{ '&:last-child > *': { border: 0 } }}>
            {columns.map(({ label: head, cell, align }, index) => (
              <TableCell
                key={head}
                align={align ?? 'left'}
                {...(index === 0 ? { component: 'th', scope: 'row' } : {})}
                sx={{ whiteSpace: 'nowrap' }}
              >
                {cell(row)}
              </TableCell>
            ))}
          </TableRow>
        ))}
      </TableBody>
    </Table>
  </Box>
);
