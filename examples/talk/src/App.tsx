import { useCallback, useEffect, useRef, useState } from 'react';
import type { Call } from './api/calls.ts';
import type { AppError } from './errors.ts';
import { useAddress } from './hooks/use-address.ts';
import { useSession } from './hooks/use-session.ts';
import { CallOverPage } from './pages/CallOverPage.tsx';
import { CallPage } from './pages/CallPage.tsx';
import { CheckoutReturnPage } from './pages/CheckoutReturnPage.tsx';
import { HistoryPage } from './pages/HistoryPage.tsx';
import { HomePage } from './pages/HomePage.tsx';
import { PricesPage } from './pages/PricesPage.tsx';
import { SignInPage } from './pages/SignInPage.tsx';
import { SignUpPage } from './pages/SignUpPage.tsx';
import { WelcomePage } from './pages/WelcomePage.tsx';
import { Header } from './parts/Header.tsx';

/** A call is kept above the pages, so that walking through them cannot hang it up. */
type Talk =
  | { phase: 'none' }
  | { phase: 'talking'; call: Call }
  | { phase: 'over'; sessionId: string; error: AppError | undefined };

const NO_TALK: Talk = { phase: 'none' };

export const App = () => {
  const session = useSession();
  const { route, checkout } = useAddress();
  const [talk, setTalk] = useState<Talk>(NO_TALK);
  const isTalking = talk.phase === 'talking';

  const startCall = useCallback((call: Call) => setTalk({ phase: 'talking', call }), []);
  const leaveCall = useCallback((error?: AppError) => {
    setTalk((now) =>
      now.phase === 'talking' ? { phase: 'over', sessionId: now.call.session_id, error } : now,
    );
  }, []);
  const forgetCall = useCallback(() => setTalk(NO_TALK), []);

  const page = () => {
    if (session === undefined) return null;
    if (session === null) {
      if (route === 'prices') return <PricesPage isSignedIn={false} />;
      if (route === 'signUp') return <SignUpPage />;
      // Whoever comes from checkout or asks for a page of their own signs in first, then gets there.
      if (route === 'signIn' || route === 'history' || checkout) {
        return <SignInPage />;
      }
      return <WelcomePage />;
    }
    if (talk.phase === 'talking') return <CallPage call={talk.call} onLeave={leaveCall} />;
    if (talk.phase === 'over') {
      return <CallOverPage sessionId={talk.sessionId} error={talk.error} onDone={forgetCall} />;
    }
    if (checkout) return <CheckoutReturnPage checkout={checkout} />;
    if (route === 'prices') return <PricesPage isSignedIn />;
    if (route === 'history') return <HistoryPage />;
    return <HomePage session={session} onCall={startCall} />;
  };

  useFocusOnChange(`${talk.phase} ${route} ${checkout?.outcome} ${session === null}`);

  return (
    <>
      <Header session={session} route={route} isTalking={isTalking} />
      <main id="main">{page()}</main>
    </>
  );
};

/** Moves the focus to the new page's heading, so that screen readers and keyboards follow. */
const useFocusOnChange = (screen: string): void => {
  const shown = useRef(screen);
  useEffect(() => {
    if (shown.current === screen) return;
    shown.current = screen;
    document.querySelector<HTMLElement>('main h1')?.focus();
  }, [screen]);
};
