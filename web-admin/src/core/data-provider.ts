import type { DataProvider, GetListParams, GetManyReferenceParams, RaRecord } from 'ra-core';
import { supabaseDataProvider } from 'ra-supabase-core';
import { env } from './env.ts';
import { shownError } from './error-texts.ts';
import { fromBody } from './errors.ts';
import { askedBy, readRows } from './list-query.ts';
import { specOf } from './resources.ts';
import { supabase } from './supabase.ts';

const base = supabaseDataProvider({
  instanceUrl: env.supabaseUrl,
  apiKey: env.supabasePublishableKey,
  supabaseClient: supabase,
});

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

/** Translates what ra-supabase-core throws (an HttpError of ra-core) into our words. */
const inOurWords = async <T>(work: Promise<T>): Promise<T> => {
  try {
    return await work;
  } catch (thrown) {
    const error = isObject(thrown) ? thrown : {};
    const status = typeof error['status'] === 'number' ? error['status'] : 0;
    throw shownError(fromBody(error['body'], status));
  }
};

/** One row more than asked tells whether there is a next page; on the last one the total is known. */
const listOf = async <R extends RaRecord>(resource: string, params: GetListParams) => {
  const asked = askedBy(params);
  const { data, error } = await readRows(resource, { ...asked, limit: asked.limit + 1 });
  if (error) throw shownError(error);
  const hasNextPage = data.length > asked.limit;
  const isLast = !hasNextPage && (data.length > 0 || asked.from === 0);
  return {
    data: data.slice(0, asked.limit) as unknown as R[],
    ...(isLast ? { total: asked.from + data.length } : {}),
    pageInfo: { hasNextPage, hasPreviousPage: asked.from > 0 },
  };
};

const refused = (): Promise<never> =>
  Promise.reject(new Error('Rows are changed by acts, which give a reason, and by nothing else.'));

/**
 * What react-admin reads through. One row and several rows by id come from ra-supabase-core; lists are our
 * own, because it counts all rows exactly. Nothing can be written this way: acts are RPCs (src/acts).
 */
export const dataProvider: DataProvider = {
  getOne: (resource, params) => inOurWords(base.getOne(specOf(resource).relation, params)),
  getMany: (resource, params) => inOurWords(base.getMany(specOf(resource).relation, params)),
  getList: listOf,
  getManyReference: (resource: string, params: GetManyReferenceParams) =>
    listOf(resource, { ...params, filter: { ...params.filter, [params.target]: params.id } }),
  create: refused,
  update: refused,
  updateMany: refused,
  delete: refused,
  deleteMany: refused,
};
