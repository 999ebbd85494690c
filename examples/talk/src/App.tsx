import { useEffect, useRef, useState } from 'react';
import type { MouseEvent } from 'react';
import { useAddress } from './hooks/use-address.ts';
import { useSession } from './hooks/use-session.ts';
import { useTalk } from './hooks/use-talk.ts';
import { AccountPage } from './pages/AccountPage.tsx';
import { BuyPage } from './pages/BuyPage.tsx';
import { CallMovedPage } from './pages/CallMovedPage.tsx';
import { CallOverPage } from './pages/CallOverPage.tsx';
import { CallPage } from './pages/CallPage.tsx';
import { CheckoutReturnPage } from './pages/CheckoutReturnPage.tsx';
import { ForgotPasswordPage } from './pages/ForgotPasswordPage.tsx';
import { HistoryPage } from './pages/HistoryPage.tsx';
import { HomePage } from './pages/HomePage.tsx';
import { LinkRefusedPage } from './pages/LinkRefusedPage.tsx';
import { NewPasswordPage } from './pages/NewPasswordPage.tsx';
import { PricesPage } from './pages/PricesPage.tsx';
import { RedeemPage } from './pages/RedeemPage.tsx';
import { ReturnToCallPage } from './pages/ReturnToCallPage.tsx';
import { SignInPage } from './pages/SignInPage.tsx';
import { SignUpPage } from './pages/SignUpPage.tsx';
import { WelcomePage } from './pages/WelcomePage.tsx';
import { Header } from './parts/Header.tsx';
import type { Route } from './routes.ts';
import { mailReturn } from './supabase.ts';

/** Pages of one's own: whoever asks for them signed out signs in first, then gets there. */
const OWN_PAGES: readonly Route[] = ['history', 'account', 'redeem'];

export const App = () => {
  const session = useSession();
  const { route, checkout } = useAddress();
  const { talk, start, comeBack, finish, leave, forget } = useTalk();
  const [mail, setMail] = useState(mailReturn);
  // A link from a mail has told its story once somebody goes elsewhere.
  if (mail && route !== 'home') setMail(undefined);

  const visitorPage = () => {
    if (mail?.kind === 'refused') return <LinkRefusedPage code={mail.code} />;
    if (route === 'prices') return <PricesPage />;
    if (route === 'signUp') return <SignUpPage />;
    if (route === 'forgotPassword') return <ForgotPasswordPage />;
    if (route === 'signIn' || checkout || OWN_PAGES.includes(route)) return <SignInPage />;
    return <WelcomePage />;
  };

  const page = () => {
    if (session === undefined) return null;
    if (session === null) return visitorPage();
    if (mail?.kind === 'new_password') {
      return <NewPasswordPage onDone={() => setMail(undefined)} />;
    }
    switch (talk.phase) {
      case 'returning':
        return <ReturnToCallPage sessionId={talk.sessionId} onCall={start} onOver={finish} />;
      case 'talking':
        return <CallPage key={talk.call.participant_token} call={talk.call} onLeave={leave} />;
      case 'moved':
        return <CallMovedPage onReturn={() => comeBack(talk.sessionId)} onDone={forget} />;
      case 'over':
        return <CallOverPage sessionId={talk.sessionId} error={talk.error} onDone={forget} />;
      case 'none':
        break;
    }
    if (checkout) return <CheckoutReturnPage checkout={checkout} />;
    if (route === 'prices') return <BuyPage />;
    if (route === 'redeem') return <RedeemPage />;
    if (route === 'history') return <HistoryPage />;
    if (route === 'account') return <AccountPage />;
    return <HomePage session={session} onCall={start} onReturn={comeBack} />;
  };

  const screen = `${talk.phase} ${route} ${checkout?.outcome} ${session === null} ${mail?.kind}`;
  useFocusOnChange(screen);

  return (
    <>
      <a className="skip" href="#main" onClick={skipToMain}>
        Skip to the page
      </a>
      <Header
        session={session}
        route={route}
        isTalking={talk.phase === 'talking' || talk.phase === 'returning'}
      />
      <main id="main" tabIndex={-1}>
        {page()}
      </main>
    </>
  );
};

// The hash names the page, so the link must not change it.
const skipToMain = (event: MouseEvent): void => {
  event.preventDefault();
  document.getElementById('main')?.focus();
};

/** Moves the focus to the new page's heading, so that screen readers and keyboards follow. */
const useFocusOnChange = (screen: string): void => {
  const shown = useRef(screen);
  useEffect(() => {
    if (shown.current === screen) return;
    shown.current = screen;
    window.scrollTo(0, 0);
    document.querySelector<HTMLElement>('main h1')?.focus({ preventScroll: true });
  }, [screen]);
};
