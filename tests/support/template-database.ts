/** The migrated database that every db test gets a copy of. */
export const templateDatabase = 'mindbot_template';
