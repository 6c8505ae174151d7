/** The time, in milliseconds since 1970; given to whoever needs it, so that tests can hold it. */
export type Clock = () => number

export const systemClock: Clock = () => Date.now()
