import Button from '@mui/material/Button';
import Paper from '@mui/material/Paper';
import { ListBase, useListContext, useNavigate } from 'ra-core';
import { recordPath } from '../core/routes.ts';
import type { PageName } from '../core/routes.ts';
import { asRows } from '../core/use-rows.ts';
import type { Column } from './DataTable.tsx';
import { DataTable } from './DataTable.tsx';
import { EmptyState } from './EmptyState.tsx';
import { ErrorNote } from './ErrorNote.tsx';
import { ExportButton } from './ExportButton.tsx';
import type { FilterField } from './FilterBar.tsx';
import { FilterBar } from './FilterBar.tsx';
import { PageHead } from './PageHead.tsx';
import { Pager } from './Pager.tsx';

interface Props<R> {
  page: PageName;
  title: string;
  columns: readonly Column<R>[];
  /** What the search field finds; without it there is none. */
  searchHint?: string;
  filters?: readonly FilterField[];
  sort: { field: string; order: 'ASC' | 'DESC' };
  /** Said when there is no row at all. */
  empty: string;
  /** What one can do here, left of the export. */
  actions?: React.ReactNode;
  /** Its rows have no page of their own to open. */
  isWithoutPages?: boolean;
}

const ROWS_PER_PAGE = 25;

/** A page that lists rows: the one recipe of all lists. */
export const ListPage = <R extends { id: string | number }>(props: Props<R>) => (
  <ListBase
    resource={props.page}
    sort={props.sort}
    perPage={ROWS_PER_PAGE}
    storeKey={false}
    exporter={false}
    queryOptions={{ retry: false, onError: () => undefined }}
  >
    <PageHead title={props.title}>
      {props.actions}
      <ExportButton resource={props.page} />
    </PageHead>
    <Paper variant="outlined">
      {(props.searchHint !== undefined || props.filters !== undefined) && (
        <FilterBar searchHint={props.searchHint} fields={props.filters ?? []} />
      )}
      <Rows {...props} />
    </Paper>
  </ListBase>
);

const Rows = <R extends { id: string | number }>(props: Props<R>) => {
  const { page, title, columns, empty, isWithoutPages = false } = props;
  const list = useListContext<R & { id: string | number }>();
  const navigate = useNavigate();
  const rows = asRows<R>(list.data);
  if (list.error) return <ErrorNote error={list.error} onRetry={() => void list.refetch()} />;
  const isFiltered = Object.keys(list.filterValues as object).length > 0;
  if (rows?.length === 0 && list.page === 1) {
    return isFiltered ? (
      <EmptyState text="Nothing matches this search and these filters.">
        <Button variant="outlined" onClick={() => list.setFilters({})}>
          Show all
        </Button>
      </EmptyState>
    ) : (
      <EmptyState text={empty} />
    );
  }
  return (
    <>
      <DataTable<R>
        label={title}
        columns={columns}
        rows={rows}
        isStale={list.isFetching === true && !list.isPending}
        sorting={{
          field: list.sort.field,
          order: list.sort.order,
          onSort: (field, order) => list.setSort({ field, order }),
        }}
        {...(isWithoutPages ? {} : { onOpen: (row: R) => void navigate(recordPath(page, row.id)) })}
      />
      {rows !== undefined && (
        <Pager
          page={list.page}
          perPage={list.perPage}
          rows={rows.length}
          hasNextPage={list.hasNextPage ?? false}
          onPage={list.setPage}
        />
      )}
    </>
  );
};
