import { useState } from 'react';
import { duration } from '../format.ts';
import { appAddress, routes } from '../routes.ts';

interface Props {
  code: string;
  seconds: number;
}

/** The code of a gift, shown this once: to copy, and as a card to print and give away. */
export const GiftCode = ({ code, seconds }: Props) => {
  const [copied, setCopied] = useState<'yes' | 'no'>();
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(code);
      setCopied('yes');
    } catch {
      // No permission, or no secure page: the code is on the screen to be copied by hand.
      setCopied('no');
    }
  };
  return (
    <>
      <section className="gift-card" aria-label="Gift card">
        <p className="gift-brand">
          <img src="/icon.svg" alt="" width="28" height="28" /> MindBot gift card
        </p>
        <p className="gift-time">{duration(seconds)} of talking</p>
        <p className="gift-code">{code}</p>
        <p className="gift-how">
          Redeem it at {appAddress()}
          {routes.redeem}
        </p>
      </section>
      <p className="row">
        <button type="button" className="primary" onClick={() => void copy()}>
          Copy the code
        </button>
        <button type="button" onClick={() => window.print()}>
          Print the card
        </button>
        <span role="status">
          {copied === 'yes' && 'Copied.'}
          {copied === 'no' && 'Please copy it by hand.'}
        </span>
      </p>
      <p className="help">
        We show this code only now: we do not keep it. Whoever has it can redeem it, so pass it on
        like cash. If it gets lost, you can make a new one in your history.
      </p>
    </>
  );
};
