import DownloadIcon from '@mui/icons-material/Download';
import Button from '@mui/material/Button';
import { useListContext, useNotify } from 'ra-core';
import { useRef, useState } from 'react';
import { CSV_TYPE, download } from '../core/csv.ts';
import { textOfError } from '../core/error-texts.ts';
import { exportAll } from '../core/export.ts';
import { count, plural } from '../core/format.ts';

/** Downloads everything that the filter finds, not only this page; tells how far it is and can be stopped. */
export const ExportButton = ({ resource }: { resource: string }) => {
  const { filterValues, sort } = useListContext();
  const notify = useNotify();
  const [rows, setRows] = useState<number>();
  const running = useRef<AbortController>(undefined);

  const start = async () => {
    const stopper = new AbortController();
    running.current = stopper;
    setRows(0);
    const asked = { filter: filterValues as Record<string, unknown>, sort };
    const { data, error } = await exportAll(resource, asked, setRows, stopper.signal);
    setRows(undefined);
    if (stopper.signal.aborted) return;
    if (error) {
      notify(textOfError(error), { type: 'error' });
      return;
    }
    const today = new Date().toISOString().slice(0, 10);
    download(`mindbot-${resource}-${today}.csv`, CSV_TYPE, data.parts);
    notify(`${plural(data.rows, 'row')} exported.`, { type: 'info' });
  };

  return rows === undefined ? (
    <Button variant="outlined" startIcon={<DownloadIcon />} onClick={() => void start()}>
      Export
    </Button>
  ) : (
    <Button variant="outlined" onClick={() => running.current?.abort()} aria-live="polite">
      {count(rows)} rows… Stop
    </Button>
  );
};
