import { useId, useState } from 'react';
import { PASSWORD_RULES } from '../account-rules.ts';

interface Props {
  label: string;
  errors?: readonly string[] | undefined;
  /** A new password shows its rules, and which of them are kept already. */
  isNew?: boolean;
}

export const PasswordField = ({ label, errors = [], isNew = false }: Props) => {
  const id = useId();
  const [password, setPassword] = useState('');
  const [isShown, setIsShown] = useState(false);
  const hasErrors = errors.length > 0;
  const describedBy = [isNew && `${id}-rules`, hasErrors && `${id}-errors`]
    .filter(Boolean)
    .join(' ');
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <div className="with-button">
        <input
          id={id}
          name="password"
          type={isShown ? 'text' : 'password'}
          autoComplete={isNew ? 'new-password' : 'current-password'}
          required
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          aria-invalid={hasErrors}
          aria-describedby={describedBy === '' ? undefined : describedBy}
        />
        <button
          type="button"
          className="quiet"
          aria-pressed={isShown}
          onClick={() => setIsShown(!isShown)}
        >
          {isShown ? 'Hide' : 'Show'}
        </button>
      </div>
      {hasErrors && (
        <ul id={`${id}-errors`} className="errors">
          {errors.map((message) => (
            <li key={message}>{message}</li>
          ))}
        </ul>
      )}
      {isNew && (
        <ul id={`${id}-rules`} className="rules">
          {PASSWORD_RULES.map(({ text, isMet }) => {
            const isKept = isMet(password);
            return (
              <li key={text} data-met={isKept}>
                <span aria-hidden="true">{isKept ? '✓' : '·'}</span> {text}
                <span className="sr-only">{isKept ? ' (done)' : ' (still missing)'}</span>
              </li>
            );
          })}
        </ul>
      )}
    </div>
  );
};
