import { Page } from '../parts/Page.tsx';
import { PriceList } from '../parts/PriceList.tsx';
import { SignUpToBuy } from '../parts/SignUpToBuy.tsx';
import { routes, via } from '../routes.ts';

const STEPS = [
  [
    'Buy time once',
    'From an hour up. No subscription, nothing renews by itself unless you say so.',
  ],
  ['Talk or type', 'An agent that listens, answers and knows when to be brief.'],
  [
    'See every second',
    'The clock runs only while somebody can hear you, and stops when you hang up.',
  ],
] as const;

export const WelcomePage = () => (
  <Page title="Talk it through">
    <div className="hero">
      <div>
        <p className="lead">
          A voice agent that listens and answers. Buy time once, talk whenever you like, and see
          every second that you use.
        </p>
        <p className="row">
          <a className="button primary large" href={routes.signUp}>
            Sign up
          </a>
          <a className="button large" href={routes.signIn}>
            Sign in
          </a>
        </p>
        <p className="help">
          Got a gift code? <a href={via('signUp', 'redeem')}>Redeem it</a>
        </p>
      </div>
      <Preview />
    </div>
    <ol className="steps">
      {STEPS.map(([title, text]) => (
        <li key={title}>
          <h2>{title}</h2>
          <p>{text}</p>
        </li>
      ))}
    </ol>
    <h2>Prices</h2>
    <PriceList renderAction={() => <SignUpToBuy />} />
  </Page>
);

/** What a call looks like; a picture, so nothing to read out. */
const Preview = () => (
  <div className="preview card" aria-hidden="true">
    <div className="preview-bars">
      {PREVIEW_BARS.map((height, index) => (
        <span key={index} style={{ height: `${height}%` }} />
      ))}
    </div>
    <p className="preview-clock">59:12</p>
    <p className="preview-line mine">Where were we?</p>
    <p className="preview-line">You wanted three ideas for Saturday. Here is the first…</p>
  </div>
);

const PREVIEW_BARS = [30, 55, 85, 60, 100, 70, 90, 45, 65, 35] as const;
