import { expect, test } from 'vitest';
import type { Database as Generated } from '../../../supabase/functions/_shared/database.types.ts';
import type { Database } from './database.ts';

type Ours = Database['public'];
type Theirs = Generated['public'];

/** A column of ours may know its words better than the generated one, but neither its type nor null differ. */
type ColumnFits<Mine, Real> = [Mine] extends [Real]
  ? null extends Real
    ? null extends Mine
      ? true
      : false
    : true
  : false;
type Misfits<Mine, Real> = {
  [Column in keyof Mine]: Column extends keyof Real
    ? ColumnFits<Mine[Column], Real[Column]> extends true
      ? never
      : Column
    : Column;
}[keyof Mine];
type TableMisfits = {
  [Name in keyof Ours['Tables']]: Misfits<
    Ours['Tables'][Name]['Row'],
    Theirs['Tables'][Name]['Row']
  >;
}[keyof Ours['Tables']];
type ArgumentMisfits = {
  [Name in keyof Ours['Functions']]: string extends keyof Ours['Functions'][Name]['Args']
    ? never
    : Exclude<keyof Ours['Functions'][Name]['Args'], keyof Theirs['Functions'][Name]['Args']>;
}[keyof Ours['Functions']];

test('the types of this app are those of the database', () => {
  // The compiler is the test: it names what does not fit.
  const misfit: [TableMisfits | ArgumentMisfits] extends [never]
    ? 'none'
    : TableMisfits | ArgumentMisfits = 'none';
  expect(misfit).toBe('none');
});
