import { useCallback, useEffect, useState } from 'react';
import { endCall, rememberCall, rememberedCall } from '../api/calls.ts';
import type { Call } from '../api/calls.ts';
import type { AppError } from '../errors.ts';
import type { Leaving } from '../pages/CallPage.tsx';

/** Where the person is with a call, if at all. */
export type Talk =
  | { phase: 'none' }
  /** On the way back into a call that is open. */
  | { phase: 'returning'; sessionId: string }
  | { phase: 'talking'; sessionId: string; call: Call }
  | { phase: 'moved'; sessionId: string }
  | { phase: 'over'; sessionId: string; error: AppError | undefined };

const NO_TALK: Talk = { phase: 'none' };

/** A tab that was reloaded in mid-call goes back into it. */
const talkOfThisTab = (): Talk => {
  const sessionId = rememberedCall();
  return sessionId === undefined ? NO_TALK : { phase: 'returning', sessionId };
};

/** The call is kept above the pages, so that walking through them cannot hang it up. */
export const useTalk = () => {
  const [talk, setTalk] = useState<Talk>(talkOfThisTab);

  useEffect(() => {
    const isIn = talk.phase === 'talking' || talk.phase === 'returning';
    rememberCall(isIn ? talk.sessionId : undefined);
  }, [talk]);

  const start = useCallback(
    (call: Call) => setTalk({ phase: 'talking', sessionId: call.session_id, call }),
    [],
  );
  const comeBack = useCallback(
    (sessionId: string) => setTalk({ phase: 'returning', sessionId }),
    [],
  );
  const sessionId = talk.phase === 'none' ? undefined : talk.sessionId;
  const finish = useCallback(
    (error?: AppError) => {
      if (sessionId === undefined) return;
      // Leaving the room ends a call that runs; this also gives back a hold that no agent took up.
      void endCall(sessionId);
      setTalk({ phase: 'over', sessionId, error });
    },
    [sessionId],
  );
  const leave = useCallback(
    (leaving: Leaving) => {
      if (sessionId === undefined) return;
      if (leaving.kind === 'over') finish(leaving.error);
      else setTalk({ phase: leaving.kind === 'moved' ? 'moved' : 'returning', sessionId });
    },
    [finish, sessionId],
  );
  const forget = useCallback(() => setTalk(NO_TALK), []);
  return { talk, start, comeBack, finish, leave, forget };
};
