import { useLogoutIfAccessDenied } from 'ra-core';
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { shownError } from '../core/error-texts.ts';
import type { AppError } from '../core/errors.ts';
import { supabase } from '../core/supabase.ts';
import { loadLive } from './live-sessions.ts';
import type { LiveAnswer } from './live-sessions.ts';
import { createServerClock } from './server-clock.ts';
import { nextRows } from './shown-sessions.ts';
import type { ShownSession } from './shown-sessions.ts';
import { tick } from './use-tick.ts';

const POLL_MS = 5_000;
/** Where changes are told of, polling only makes sure. */
const SURE_MS = 30_000;
/** Beats of many sessions come together: they are one refresh. */
const TOGETHER_MS = 1_000;

export interface Live {
  /** Undefined until the first answer. */
  answer: LiveAnswer | undefined;
  rows: readonly ShownSession[];
  /** Of the last attempt; the rows are then those of the one before. */
  error: AppError | undefined;
  refresh: () => void;
}

const NOTHING = { answer: undefined, rows: [], error: undefined } as const;

/**
 * The open sessions, refreshed every 5 seconds while the page can be seen. What is shown stays until the next answer
 * is there, so nothing flickers.
 */
export const useLive = (): Live => {
  const [known, setKnown] = useState<Omit<Live, 'refresh'>>(NOTHING);
  const [isTold, setIsTold] = useState(false);
  const [serverClock] = useState(createServerClock);
  const refresh = useRef<() => void>(() => undefined);
  const logoutIfAccessDenied = useLogoutIfAccessDenied();
  const signOut = useEffectEvent((error: AppError) => void logoutIfAccessDenied(shownError(error)));

  useEffect(() => {
    let isOn = true;
    let isAsking = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = async () => {
      clearTimeout(timer);
      if (isAsking || document.hidden) return;
      isAsking = true;
      const askedAt = performance.now();
      const { data, error } = await loadLive();
      const receivedAt = performance.now();
      isAsking = false;
      if (!isOn) return;
      tick();
      const answeredAt =
        data === undefined ? receivedAt : serverClock(data.at, askedAt, receivedAt);
      setKnown((before) =>
        data === undefined
          ? { ...before, error }
          : {
              answer: data,
              rows: nextRows(before.rows, data.sessions, answeredAt),
              error: undefined,
            },
      );
      if (error?.status === 401) signOut(error);
      timer = setTimeout(() => void ask(), isTold ? SURE_MS : POLL_MS);
    };
    const seen = () => void ask();
    refresh.current = seen;
    document.addEventListener('visibilitychange', seen);
    void ask();
    return () => {
      isOn = false;
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', seen);
    };
  }, [isTold, serverClock]);

  useRealtime(known.answer?.is_published === true, () => refresh.current(), setIsTold);
  return { ...known, refresh: () => refresh.current() };
};

/**
 * Hears of changes through Supabase Realtime (https://supabase.com/docs/guides/realtime/postgres-changes), where the
 * database publishes sessions. Only that something changed is taken from it; what, the database is asked.
 * @param onTold hears whether the subscription stands
 */
const useRealtime = (
  isPublished: boolean,
  onChange: () => void,
  onTold: (isTold: boolean) => void,
): void => {
  const change = useEffectEvent(onChange);
  const tell = useEffectEvent(onTold);
  useEffect(() => {
    if (!isPublished) return undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const changes = { event: '*', schema: 'public', table: 'voice_sessions' } as const;
    const channel = supabase
      .channel('live-sessions')
      .on('postgres_changes', changes, () => {
        timer ??= setTimeout(() => {
          timer = undefined;
          change();
        }, TOGETHER_MS);
      })
      .subscribe((state) => tell(state === 'SUBSCRIBED'));
    return () => {
      clearTimeout(timer);
      void supabase.removeChannel(channel);
    };
  }, [isPublished]);
};
