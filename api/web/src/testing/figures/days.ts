/** A day in microseconds, as the hub counts time. */
export const DAY = 86_400_000_000;
