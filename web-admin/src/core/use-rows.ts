import { useGetList } from 'ra-core';
import type { ResourceName } from './resources.ts';

interface Asked {
  filter?: Readonly<Record<string, unknown>>;
  sort: { field: string; order: 'ASC' | 'DESC' };
  page?: number;
  perPage: number;
}

/**
 * Whoever turns out to be signed out gets `{}` from react-admin as the data of whatever was asked, for the
 * moment until the sign-in page is there: that is no list.
 */
export const asRows = <R>(data: readonly R[] | undefined): readonly R[] | undefined =>
  Array.isArray(data) ? data : undefined;

/** Rows of a resource, outside its list page. */
export const useRows = <R extends { id: string | number }>(
  resource: ResourceName,
  { filter = {}, sort, page = 1, perPage }: Asked,
) => {
  const list = useGetList<R>(
    resource,
    { filter, sort, pagination: { page, perPage } },
    { retry: false },
  );
  return {
    rows: asRows<R>(list.data),
    error: list.error,
    hasNextPage: list.pageInfo?.hasNextPage ?? false,
    isStale: list.isPlaceholderData,
    ask: () => void list.refetch(),
  };
};
