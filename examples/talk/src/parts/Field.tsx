import { useId } from 'react';
import type { InputHTMLAttributes } from 'react';

interface Props extends InputHTMLAttributes<HTMLInputElement> {
  label: string;
  help?: string;
  errors?: readonly string[] | undefined;
}

/** A labelled input with its rule and the server's errors, both tied to it for screen readers. */
export const Field = ({ label, help, errors = [], ...input }: Props) => {
  const id = useId();
  const hasErrors = errors.length > 0;
  const describedBy = [help && `${id}-help`, hasErrors && `${id}-errors`].filter(Boolean).join(' ');
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        aria-invalid={hasErrors}
        {...input}
        id={id}
        aria-describedby={describedBy === '' ? undefined : describedBy}
      />
      {help && (
        <p id={`${id}-help`} className="help">
          {help}
        </p>
      )}
      {hasErrors && (
        <ul id={`${id}-errors`} className="errors">
          {errors.map((message) => (
            <li key={message}>{message}</li>
          ))}
        </ul>
      )}
    </div>
  );
};
