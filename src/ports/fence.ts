/**
 * Asked right before each change of a server, a pool or a route: whether who asks is still the one that
 * makes it. Where nobody can take a change over (a command of a person), everybody is.
 * @param subject what is about to be changed, for people
 * @throws PortError `conflict` TAKEN_OVER; `unavailable` where nobody can be asked now
 */
export type Fence = (subject: string) => Promise<void>;
