// How the field says who is asking. This is the one place that knows.

/** Headers for one request; asked for each time, so that a token may be renewed. */
export type Credentials = () => HeadersInit | Promise<HeadersInit>;

/** Cookies of the same site, or a proxy in front of the server, say who it is. */
export const nobody: Credentials = () => ({});

/** The demo believes everybody. */
export const viewAs =
  (person: string): Credentials =>
  () => ({ "x-view-as": person });
