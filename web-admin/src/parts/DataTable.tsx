import Box from '@mui/material/Box';
import Skeleton from '@mui/material/Skeleton';
import Table from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';
import TableSortLabel from '@mui/material/TableSortLabel';

export interface Column<R> {
  label: string;
  cell: (row: R) => React.ReactNode;
  /** The column that the database sorts by; only those with an index. */
  sortBy?: string;
  align?: 'right';
  /** The narrowest screen that shows it. */
  from?: 'sm' | 'md' | 'lg' | 'xl';
}

export interface Sorting {
  field: string;
  order: 'ASC' | 'DESC';
  onSort: (field: string, order: 'ASC' | 'DESC') => void;
}

interface Props<R> {
  /** What it lists, for screen readers. */
  label: string;
  columns: readonly Column<R>[];
  /** Undefined while they are being read. */
  rows: readonly R[] | undefined;
  sorting?: Sorting;
  /** Shown dimmed while newer rows are on their way. */
  isStale?: boolean;
  onOpen?: (row: R) => void;
}

const SKELETON_ROWS = 6;

/** On a phone so many columns have room for whole links. */
const FEW_COLUMNS = 3;

/** A long address is cut rather than broken; its page has it in full. */
const linkOf = (columns: readonly Column<never>[]) =>
  ({
    display: 'inline-block',
    maxWidth: {
      xs: columns.filter(({ from }) => from === undefined).length > FEW_COLUMNS ? 104 : 150,
      sm: 250,
    },
    overflow: 'hidden',
    textOverflow: 'ellipsis',
    whiteSpace: 'nowrap',
    verticalAlign: 'bottom',
  }) as const;

/** Cells stand as close as the screen is narrow. */
const CELL = {
  '& th, & td': { px: { xs: 1, sm: 1.25, xl: 2 } },
  '& th:first-of-type, & td:first-of-type': { pl: 2 },
  '& th:last-of-type, & td:last-of-type': { pr: 2 },
} as const;

const displayFrom = (from: Column<unknown>['from']) =>
  from === undefined ? {} : { display: { xs: 'none', [from]: 'table-cell' } };

/** `aria-sort` of a column head. */
const direction = (sorting: Sorting | undefined, field: string | undefined) => {
  if (sorting === undefined || field === undefined || sorting.field !== field) return false;
  return sorting.order === 'ASC' ? 'asc' : 'desc';
};

/** A table that is dense but readable. The first cell of a row holds its link, for the keyboard; a click anywhere opens it too. */
export const DataTable = <R extends { id: string | number }>(props: Props<R>) => {
  const { label, columns, rows, sorting, isStale = false, onOpen } = props;
  return (
    <Box
      sx={{ overflowX: 'auto', opacity: isStale ? 0.6 : 1, transition: 'opacity 120ms' }}
      tabIndex={0}
      role="region"
      aria-label={label}
      aria-busy={rows === undefined || isStale}
    >
      <Table size="small" aria-label={label} sx={{ '& td a': linkOf(columns), ...CELL }}>
        <TableHead>
          <TableRow>
            {columns.map((column) => (
              <HeadCell key={column.label} column={column} sorting={sorting} />
            ))}
          </TableRow>
        </TableHead>
        <TableBody>
          {rows === undefined
            ? Array.from({ length: SKELETON_ROWS }, (_, index) => (
                <TableRow key={index}>
                  {columns.map((column) => (
                    <TableCell key={column.label} sx={displayFrom(column.from)}>
                      <Skeleton />
                    </TableCell>
                  ))}
                </TableRow>
              ))
            : rows.map((row) => (
                <TableRow
                  key={row.id}
                  hover
                  onClick={onOpen && (() => onOpen(row))}
                  sx={{ cursor: onOpen ? 'pointer' : 'default', '&:last-child td': { border: 0 } }}
                >
                  {columns.map((column) => (
                    <TableCell
                      key={column.label}
                      align={column.align ?? 'left'}
                      sx={displayFrom(column.from)}
                    >
                      {column.cell(row)}
                    </TableCell>
                  ))}
                </TableRow>
              ))}
        </TableBody>
      </Table>
    </Box>
  );
};

const HeadCell = <R,>({ column, sorting }: { column: Column<R>; sorting: Sorting | undefined }) => {
  const { sortBy, label, align = 'left', from } = column;
  const sorted = direction(sorting, sortBy);
  return (
    <TableCell align={align} sortDirection={sorted} sx={displayFrom(from)}>
      {sorting && sortBy !== undefined ? (
        <TableSortLabel
          active={sorted !== false}
          direction={sorted === false ? 'desc' : sorted}
          onClick={() => sorting.onSort(sortBy, sorted === 'desc' ? 'ASC' : 'DESC')}
        >
          {label}
        </TableSortLabel>
      ) : (
        label
      )}
    </TableCell>
  );
};
