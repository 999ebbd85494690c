import { useCallback, useState } from 'react';
import { getProfile, signOut } from '../api/account.ts';
import { listSavedCards } from '../api/billing.ts';
import { useLoad } from '../hooks/use-load.ts';
import { AutoTopUp } from '../parts/AutoTopUp.tsx';
import { ErrorNote } from '../parts/ErrorNote.tsx';
import { NoticeList } from '../parts/NoticeList.tsx';
import { Page } from '../parts/Page.tsx';
import { PasswordForm } from '../parts/PasswordForm.tsx';
import { ProfileForm } from '../parts/ProfileForm.tsx';
import { SavedCards } from '../parts/SavedCards.tsx';

export const AccountPage = () => {
  const profile = useLoad(getProfile);
  const cards = useLoad(listSavedCards);
  const [removed, setRemoved] = useState(0);
  const { reload } = cards;
  const onRemoved = useCallback(() => {
    setRemoved((count) => count + 1);
    reload();
  }, [reload]);
  return (
    <Page title="Account">
      <NoticeList />
      <ErrorNote error={profile.error} onRetry={profile.reload} />
      <div className="stack">
        {profile.data && <ProfileForm profile={profile.data} onSaved={profile.reload} />}
        {/* Removing a card may switch it off, so it is asked anew. */}
        <AutoTopUp key={removed} cards={cards.data ?? []} />
        <SavedCards cards={cards} onRemoved={onRemoved} />
        <Security />
      </div>
    </Page>
  );
};

const Security = () => {
  const [step, setStep] = useState<'closed' | 'open' | 'saved'>('closed');
  return (
    <section className="card" aria-labelledby="security">
      <h2 id="security">Password and devices</h2>
      <p role="status">{step === 'saved' && 'Your password is changed.'}</p>
      {step === 'open' && <PasswordForm onSaved={() => setStep('saved')} />}
      <p className="row">
        {step !== 'open' && (
          <button type="button" onClick={() => setStep('open')}>
            Change the password
          </button>
        )}
        <button type="button" onClick={() => void signOut('local')}>
          Sign out here
        </button>
        <button type="button" onClick={() => void signOut('global')}>
          Sign out on every device
        </button>
      </p>
    </section>
  );
};
