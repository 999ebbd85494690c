import { Page } from '../parts/Page.tsx';

interface Props {
  onReturn: () => void;
  onDone: () => void;
}

/** The same person joined the same call elsewhere. */
export const CallMovedPage = ({ onReturn, onDone }: Props) => (
  <Page title="Your call went on in another window">
    <p className="lead" role="status">
      Only one window can be in a call. You have lost nothing.
    </p>
    <p className="row">
      <button type="button" className="primary" onClick={onReturn}>
        Bring it back here
      </button>
      <button type="button" onClick={onDone}>
        Leave it there
      </button>
    </p>
  </Page>
);
