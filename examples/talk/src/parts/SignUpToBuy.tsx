import { via } from '../routes.ts';

export const SignUpToBuy = () => (
  <a className="button" href={via('signUp', 'prices')}>
    Sign up to buy
  </a>
);
