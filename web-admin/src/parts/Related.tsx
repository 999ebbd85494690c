import Box from '@mui/material/Box';
import Link from '@mui/material/Link';
import Typography from '@mui/material/Typography';
import { LinkBase, useNavigate } from 'ra-core';
import { useState } from 'react';
import type { ResourceName } from '../core/resources.ts';
import { useRows } from '../core/use-rows.ts';
import { listPath, recordPath } from '../core/routes.ts';
import type { PageName } from '../core/routes.ts';
import type { Column } from './DataTable.tsx';
import { DataTable } from './DataTable.tsx';
import { ErrorNote } from './ErrorNote.tsx';
import { Pager } from './Pager.tsx';
import { Section } from './Section.tsx';

interface Props<R> {
  title: string;
  resource: ResourceName;
  filter: Readonly<Record<string, unknown>>;
  sort?: { field: string; order: 'ASC' | 'DESC' };
  columns: readonly Column<R>[];
  empty: string;
  /** The page that its rows have, and its list. */
  page?: PageName;
  actions?: React.ReactNode;
  rowsPerPage?: number;
}

const NEWEST = { field: 'created_at', order: 'DESC' } as const;
const ROWS_PER_PAGE = 10;

/** Rows that belong to the row of this page. */
export const Related = <R extends { id: string | number }>(props: Props<R>) => {
  const { title, resource, filter, sort = NEWEST, columns, empty, page, actions } = props;
  const perPage = props.rowsPerPage ?? ROWS_PER_PAGE;
  const [pageNumber, setPageNumber] = useState(1);
  const navigate = useNavigate();
  const list = useRows<R>(resource, { filter, sort, page: pageNumber, perPage });
  const isEmpty = list.rows?.length === 0 && pageNumber === 1;
  return (
    <Section
      title={title}
      actions={
        <>
          {actions}
          {page !== undefined && !isEmpty && (
            <Link component={LinkBase} to={listPath(page, filter)} variant="body2">
              All in a list
            </Link>
          )}
        </>
      }
    >
      {list.error ? (
        <Box sx={{ p: 2 }}>
          <ErrorNote error={list.error} onRetry={list.ask} />
        </Box>
      ) : isEmpty ? (
        <Typography color="textSecondary" sx={{ px: 2, pb: 2 }}>
          {empty}
        </Typography>
      ) : (
        <>
          <DataTable<R>
            label={title}
            columns={columns}
            rows={list.rows}
            isStale={list.isStale}
            {...(page === undefined
              ? {}
              : { onOpen: (row: R) => void navigate(recordPath(page, row.id)) })}
          />
          {list.rows !== undefined && (pageNumber > 1 || list.hasNextPage) && (
            <Pager
              page={pageNumber}
              perPage={perPage}
              rows={list.rows.length}
              hasNextPage={list.hasNextPage}
              onPage={setPageNumber}
            />
          )}
        </>
      )}
    </Section>
  );
};
