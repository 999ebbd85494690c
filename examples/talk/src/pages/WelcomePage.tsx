import { Page } from '../parts/Page.tsx';
import { PriceList } from '../parts/PriceList.tsx';
import { routes } from '../routes.ts';

export const WelcomePage = () => (
  <Page title="Talk it through">
    <p className="lead">
      A voice agent that listens and answers. Buy time once, talk whenever you like, and see every
      second that you use.
    </p>
    <p className="row">
      <a className="button primary" href={routes.signUp}>
        Sign up
      </a>
      <a className="button" href={routes.signIn}>
        Sign in
      </a>
    </p>
    <PriceList isSignedIn={false} />
  </Page>
);
