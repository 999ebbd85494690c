import DownloadIcon from '@mui/icons-material/Download';
import Button from '@mui/material/Button';
import { CSV_TYPE, csvHead, csvLines, download } from '../core/csv.ts';

type Row = Readonly<Record<string, unknown>>;

/** Downloads the figures that a chart or a table shows: seconds, cents and days as they are. */
export const CsvButton = ({
  name,
  columns,
  rows,
}: {
  /** Of the file, and for screen readers. */
  name: string;
  columns: readonly string[];
  /** Each has every column. */
  rows: readonly object[];
}) => (
  <Button
    startIcon={<DownloadIcon />}
    aria-label={`Download ${name} as CSV`}
    onClick={() =>
      download(`mindbot-${name}.csv`, CSV_TYPE, [
        csvHead(columns),
        csvLines(columns, rows as readonly Row[]),
      ])
    }
  >
    CSV
  </Button>
);
