import Link from '@mui/material/Link';
import Skeleton from '@mui/material/Skeleton';
import { LinkBase, ShowBase, useShowContext } from 'ra-core';
import type { RaRecord } from 'ra-core';
import { listPath } from '../core/routes.ts';
import type { PageName } from '../core/routes.ts';
import { ErrorNote } from './ErrorNote.tsx';
import { PageHead } from './PageHead.tsx';

interface Props<R> {
  page: PageName;
  /** Of the list that one comes from. */
  listName: string;
  children: (row: R) => React.ReactNode;
}

/**
 * A list puts its rows into the cache of single rows, without the columns that it does not show: `meta` keeps
 * the whole rows apart from them.
 */
const QUERY = { retry: false, meta: { isWhole: true }, onError: () => undefined };

/** The page of one row; `children` draws it once it is read. */
export const RecordPage = <R extends object>({ page, listName, children }: Props<R>) => (
  <ShowBase resource={page} queryOptions={QUERY}>
    <Link
      component={LinkBase}
      to={listPath(page)}
      variant="body2"
      sx={{ display: 'inline-block', mb: 0.5 }}
    >
      ← {listName}
    </Link>
    <One listName={listName}>{children}</One>
  </ShowBase>
);

const One = <R extends object>({ listName, children }: Omit<Props<R>, 'page'>) => {
  const { record, error, refetch } = useShowContext<RaRecord>();
  if (error) {
    return (
      <>
        <PageHead title={listName} />
        <ErrorNote error={error} onRetry={() => void refetch()} />
      </>
    );
  }
  // Without an id it is the empty object that whoever is signed out gets (see use-rows.ts).
  if (record?.id === undefined) {
    return (
      <div aria-busy="true">
        <PageHead title="Loading…" />
        <Skeleton variant="rounded" height={160} />
      </div>
    );
  }
  return <>{children(record as unknown as R)}</>;
};
