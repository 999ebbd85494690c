/** A rating of 1 to 5. */
export const Stars = ({ rating }: { rating: number | null }) =>
  rating === null ? (
    <>–</>
  ) : (
    <span role="img" aria-label={`${rating} of 5`} style={{ letterSpacing: 1 }}>
      {'★'.repeat(rating)}
      {'☆'.repeat(5 - rating)}
    </span>
  );
