// A mode of `peer.mjs`: now and then something goes wrong, at every step at which it can, until all is calm.

/** The domain whose addresses are refused for good. */
const REFUSED = "@refused.example";

/**
 * What the mode changes about a server that takes every mail, and what ends its faults.
 * @param seed another one brings other faults
 * @param server `reply` makes a reply, `take` takes a mail and then calls back, `hangUp` ends a session
 */
export function flaky(seed, { reply, take, hangUp }) {
  let state = Number(seed) >>> 0;
  let isCalm = false;

  /** One of the faults with that probability, or nothing; the same ones in the same order for one seed. */
  function byChance(probability, ...faults) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const draw = isCalm ? 1 : state / 2 ** 32;
    return draw < probability ? faults[Math.floor((draw / probability) * faults.length)] : undefined;
  }

  const mode = {
    onRcptTo(to, _session, done) {
      const words = to.address.endsWith(REFUSED) ? "550 5.1.1" : byChance(0.03, "451 4.7.1", "421 4.3.2");
      done(words && reply(words, to));
    },
    onData(stream, session, done) {
      const fault = byChance(0.12, "451 4.3.0", "421 4.3.2", "drop", "take and drop");
      if (fault === "take and drop") {
        take(stream, session, () => hangUp(session));
      } else if (fault) {
        stream.resume().on("end", () => (fault === "drop" ? hangUp(session) : done(reply(fault))));
      } else {
        take(stream, session, done);
      }
    },
  };
  return { mode, calm: () => (isCalm = true) };
}
