import Box from '@mui/material/Box';

/** Values by their names, in the order that they are shown; undefined ones are left out. */
export type FactList = Readonly<Record<string, React.ReactNode>>;

/** Names and values, in as many columns as there is room for. */
export const Facts = ({ facts }: { facts: FactList }) => (
  <Box
    component="dl"
    sx={{
      m: 0,
      px: 2,
      pb: 2,
      display: 'grid',
      gap: '12px 24px',
      gridTemplateColumns: 'repeat(auto-fill, minmax(min(100%, 215px), 1fr))',
    }}
  >
    {Object.entries(facts)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => (
        <Box key={name} sx={{ minWidth: 0 }}>
          <Box component="dt" sx={{ color: 'text.secondary', fontSize: '0.75rem' }}>
            {name}
          </Box>
          <Box component="dd" sx={{ m: 0, overflowWrap: 'anywhere' }}>
            {value ?? '–'}
          </Box>
        </Box>
      ))}
  </Box>
);
