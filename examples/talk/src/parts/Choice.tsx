import { useId } from 'react';
import type { ReactNode, SelectHTMLAttributes } from 'react';

interface Props extends SelectHTMLAttributes<HTMLSelectElement> {
  label: string;
  errors?: readonly string[] | undefined;
  children: ReactNode;
}

/** A labelled list to choose one thing from. */
export const Choice = ({ label, errors = [], children, ...select }: Props) => {
  const id = useId();
  const hasErrors = errors.length > 0;
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select
        {...select}
        id={id}
        aria-invalid={hasErrors}
        aria-describedby={hasErrors ? `${id}-errors` : undefined}
      >
        {children}
      </select>
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
