/** What this library keeps to, in bytes and calls; the defaults of the protocol. */
export const ownLimits = Object.freeze({
  maxMessageBytes: 16 << 20,
  maxChunkBytes: 64 << 10,
  initialCreditBytes: 256 << 10,
  maxConcurrentCalls: 1000,
  maxWholeBodyBytes: 8 << 20,
});

/** Attempts of one call at once, and in all. */
export const maxAttemptsAtOnce = 64;
export const maxAttempts = 1000;

/** The smaller number of both sides; 0 means the default. */
export const agreedLimits = theirs => Object.fromEntries(
  Object.entries(ownLimits).map(([name, own]) => [name, Math.min(own, theirs?.[name] || own)]));
