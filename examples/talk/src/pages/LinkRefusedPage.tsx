import { appError } from '../errors.ts';
import { ErrorNote } from '../parts/ErrorNote.tsx';
import { Page } from '../parts/Page.tsx';
import { routes } from '../routes.ts';

/** A link from a mail that Auth did not accept. */
export const LinkRefusedPage = ({ code }: { code: string }) => (
  <Page title="This link does not work">
    <ErrorNote error={appError(code)} />
    <p>
      Was it the link to finish signing up? Then just <a href={routes.signIn}>sign in</a>: it has
      probably done its work already.
    </p>
  </Page>
);
