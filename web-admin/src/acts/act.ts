import type { AppError, Result } from '../core/errors.ts';

/** The form of an act as its fields see it. */
export interface ActForm<V> {
  values: V;
  set: (change: Partial<V>) => void;
  /** What the database said about a field. */
  problem: (field: string) => string | undefined;
}

/**
 * An act of an admin: the one recipe of everything that changes something. Nothing is optimistic: the answer
 * of the database is what is shown.
 * @typeParam V what the form holds
 * @typeParam A what the act answers
 */
export interface ActSpec<V extends object, A> {
  /** On the button that opens the dialog. */
  button: string;
  /** Where one page has several of that name: the whole name, for screen readers. */
  buttonLabel?: string;
  /** Of the dialog: the act and whom it is for. */
  title: string;
  initial: V;
  fields?: (form: ActForm<V>) => React.ReactNode;
  /** What will happen and to whom, in words; undefined while the form does not say enough. */
  consequence: (values: V) => React.ReactNode | undefined;
  /** On the button that does it. */
  confirm: string;
  isDangerous?: boolean;
  run: (values: V, reason: string) => Promise<Result<A>>;
  /** What came of it, in words. */
  answer: (answer: A, values: V) => React.ReactNode;
  /** Where the audit log has it. */
  audit: {
    action: string;
    table: string;
    /** The row's id; undefined for a table of one row. */
    subject: (answer: A) => string | undefined;
  };
  /** Why it makes no sense now, whoever asks. */
  blocked?: string | false | undefined;
  /** The answer is not shown again: leaving must be meant. */
  keepsAnswerOpen?: boolean;
}

/** The fields that an act's error is about and that its form does not show. */
export const otherProblems = (error: AppError, shown: ReadonlySet<string>): string[] =>
  Object.entries(error.fields)
    .filter(([field]) => !shown.has(field))
    .map(([field, messages]) => `${field}: ${messages.join(', ')}`);
