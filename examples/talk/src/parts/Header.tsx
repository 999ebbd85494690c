import type { Session } from '@supabase/supabase-js';
import { signOut } from '../api/account.ts';
import { routes } from '../routes.ts';
import type { Route } from '../routes.ts';

interface Props {
  session: Session | null | undefined;
  route: Route;
  isTalking: boolean;
}

const LINKS = {
  signedIn: [
    ['home', 'Talk'],
    ['prices', 'Buy time'],
    ['history', 'History'],
    ['account', 'Account'],
  ],
  signedOut: [
    ['prices', 'Prices'],
    ['signIn', 'Sign in'],
    ['signUp', 'Sign up'],
  ],
} as const satisfies Record<string, readonly (readonly [Route, string])[]>;

export const Header = ({ session, route, isTalking }: Props) => {
  const links = session ? LINKS.signedIn : LINKS.signedOut;
  return (
    <header className="top">
      <a className="brand" href={routes.home} tabIndex={isTalking ? -1 : 0}>
        <img src="/icon.svg" alt="" width="28" height="28" />
        MindBot
      </a>
      {session !== undefined && !isTalking && (
        <nav aria-label="Main">
          {links.map(([target, text]) => (
            <a
              key={target}
              href={routes[target]}
              aria-current={route === target ? 'page' : undefined}
            >
              {text}
            </a>
          ))}
          {session && (
            <button type="button" className="quiet" onClick={() => void signOut()}>
              Sign out
            </button>
          )}
        </nav>
      )}
    </header>
  );
};
