import { useLogoutIfAccessDenied } from 'ra-core';
import { useRef, useState } from 'react';
import { shownError } from '../core/error-texts.ts';
import type { AppError } from '../core/errors.ts';
import { supabase } from '../core/supabase.ts';
import type { ActSpec } from './act.ts';

interface Done<A> {
  answer: A;
  /** Of the audit log; undefined when it could not be read. */
  auditId: number | undefined;
}

const auditIdOf = async <A>(
  { action, table, subject }: ActSpec<object, A>['audit'],
  answer: A,
): Promise<number | undefined> => {
  const id = subject(answer);
  let query = supabase
    .from('admin_audit_log')
    .select('id')
    .eq('action', action)
    .eq('subject_table', table);
  if (id !== undefined) query = query.eq('subject_id', id);
  const { data } = await query.order('id', { ascending: false }).limit(1).maybeSingle();
  return data?.id;
};

/** Runs an act, once at a time. */
export const useAct = <V extends object, A>(spec: ActSpec<V, A>) => {
  const [isBusy, setIsBusy] = useState(false);
  const [error, setError] = useState<AppError>();
  const [done, setDone] = useState<Done<A>>();
  const isRunning = useRef(false);
  const logoutIfAccessDenied = useLogoutIfAccessDenied();

  const run = async (values: V, reason: string): Promise<void> => {
    // A second click in the same moment, before the button has changed.
    if (isRunning.current) return;
    isRunning.current = true;
    setIsBusy(true);
    setError(undefined);
    const { data, error: refusal } = await spec.run(values, reason);
    if (refusal) {
      setError(refusal);
      if (refusal.status === 401) await logoutIfAccessDenied(shownError(refusal));
    } else {
      setDone({ answer: data, auditId: await auditIdOf(spec.audit, data) });
    }
    isRunning.current = false;
    setIsBusy(false);
  };
  return { run, isBusy, error, done };
};
