import { useCallback, useState } from 'react';
import { checkFields } from '../account-rules.ts';
import { saveProfile } from '../api/account.ts';
import type { Profile } from '../api/account.ts';
import { useAction } from '../hooks/use-action.ts';
import { useFocusOnError } from '../hooks/use-focus-on-error.ts';
import { ErrorNote } from './ErrorNote.tsx';
import { Field } from './Field.tsx';

interface Props {
  profile: Profile;
  onSaved: () => void;
}

export const ProfileForm = ({ profile, onSaved }: Props) => {
  const save = useCallback(
    async (form: FormData) => {
      const fullName = String(form.get('full_name')).trim();
      const wrong = checkFields({ full_name: fullName });
      if (wrong) return { error: wrong };
      return saveProfile(profile, { fullName, keepsTranscripts: form.has('keep_transcripts') });
    },
    [profile],
  );
  const { run, isBusy, error } = useAction(save);
  const form = useFocusOnError(error);
  const [isSaved, setIsSaved] = useState(false);

  const submit = async (data: FormData): Promise<void> => {
    setIsSaved(false);
    if ((await run(data)) === undefined) return;
    setIsSaved(true);
    onSaved();
  };

  return (
    <form
      ref={form}
      className="card"
      noValidate
      aria-labelledby="profile"
      onSubmit={(event) => {
        event.preventDefault();
        void submit(new FormData(event.currentTarget));
      }}
    >
      <h2 id="profile">Profile</h2>
      <ErrorNote error={error} />
      <p className="help">{profile.email}</p>
      <Field
        label="Your name"
        name="full_name"
        autoComplete="name"
        maxLength={100}
        defaultValue={profile.fullName}
        help="The agent greets you by it."
        errors={error?.fields['full_name']}
      />
      <label className="check">
        <input
          type="checkbox"
          name="keep_transcripts"
          defaultChecked={profile.keepsTranscripts}
          aria-describedby="keep-transcripts-help"
        />
        Keep what is said in my calls for a while
      </label>
      <p id="keep-transcripts-help" className="help">
        If not, only the length of a call is kept, and the agent cannot pick up where you left off
        when a line breaks.
      </p>
      <p className="row">
        <button className="primary" disabled={isBusy}>
          {isBusy ? 'Saving…' : 'Save'}
        </button>
        <span role="status">{isSaved && 'Saved.'}</span>
      </p>
    </form>
  );
};
