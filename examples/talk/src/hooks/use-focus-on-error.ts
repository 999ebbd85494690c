import { useEffect, useRef } from 'react';
import type { RefObject } from 'react';
import type { AppError } from '../errors.ts';

/** Puts the focus on the first field that an error names. Give the ref to the form. */
export const useFocusOnError = (error: AppError | undefined): RefObject<HTMLFormElement | null> => {
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (error === undefined) return;
    form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [error]);
  return form;
};
