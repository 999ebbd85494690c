import { useEffect } from 'react';
import type { ReactNode } from 'react';

interface Props {
  title: string;
  children: ReactNode;
}

/** The frame of every page: its heading is the page's title and can take the focus. */
export const Page = ({ title, children }: Props) => {
  useEffect(() => {
    document.title = `${title} · MindBot`;
  }, [title]);
  return (
    <>
      <h1 tabIndex={-1}>{title}</h1>
      {children}
    </>
  );
};
