/* Imported before `@livekit/rtc-node`, which prints its debug log on the screen unless it is in production. */
process.env['NODE_ENV'] = 'production';
