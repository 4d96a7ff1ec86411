// An SMTP server that behaves as it is told: `node peer.mjs --mode 451`. The modes `tls` and `starttls` need
// `--key` and `--cert`, files in PEM; `flaky` has other faults with another `--seed`.
//
// The first line it writes is its port on 127.0.0.1. Every mail it gets becomes one line of JSON: the session, the
// envelope, the login, the bytes, and what an independent parser reads in them. It ends when its input ends.

import { readFileSync } from "node:fs";
import net from "node:net";
import { buffer } from "node:stream/consumers";
import { parseArgs } from "node:util";
import PostalMime from "postal-mime";
import { SMTPServer } from "smtp-server";

const { mode, key, cert, seed } = parseArgs({
  options: {
    mode: { type: "string", default: "accept" },
    key: { type: "string" },
    cert: { type: "string" },
    seed: { type: "string", default: "1" },
  },
}).values;

/** A reply that repeats the address, as replies of real servers do. */
const reply = (responseCode, text) => Object.assign(new Error(text), { responseCode });
const unknown = ({ address }, code, enhanced) => reply(code, `${enhanced} <${address}> is not for us`);

/** What a mode changes about a server that takes every mail. */
const modes = {
  accept: {},
  // A reply to RCPT.
  421: { onRcptTo: (to, _session, done) => done(unknown(to, 421, "4.3.2")) },
  451: { onRcptTo: (to, _session, done) => done(unknown(to, 451, "4.7.1")) },
  550: { onRcptTo: (to, _session, done) => done(unknown(to, 550, "5.1.1")) },
  // A reply to MAIL, DATA, AUTH and to the connection itself.
  530: { onMailFrom: (from, _session, done) => done(unknown(from, 530, "5.7.0")) },
  354: { onData: (stream, _session, done) => stream.resume().on("end", () => done(reply(354, "go on"))) },
  552: { onData: (stream, _session, done) => stream.resume().on("end", () => done(reply(552, "too large"))) },
  535: { onAuth: ({ username }, _session, done) => done(reply(535, `5.7.8 <${username}> is not known`)) },
  554: { onConnect: (_session, done) => done(reply(554, "no service here")) },
  // Hangs up in place of the reply to a mail; after the reply.
  "drop-after-data": { onData: (stream, session) => stream.resume().on("end", () => hangUp(session)) },
  "hang-up-after-mail": {
    onData: (stream, session, done) => take(stream, session, (error) => (done(error), hangUp(session))),
  },
  // Answers the first mail when the second one comes.
  "late-answer": {
    onData: (stream, session, done) =>
      take(stream, session, () => {
        if (lateAnswer) {
          lateAnswer();
          done();
        } else {
          lateAnswer = () => done(reply(550, "late"));
        }
      }),
  },
  // What it offers. Without encryption these two take no login.
  starttls: { hideSTARTTLS: false, allowInsecureAuth: false },
  tls: { secure: true, allowInsecureAuth: false },
  "no-smtputf8": { hideSMTPUTF8: true },
  // Fails now and then, and always for addresses at `refused.example`. The line `calm` on its input ends the former.
  flaky: {
    onRcptTo: (to, _session, done) => {
      if (to.address.endsWith("@refused.example")) {
        return done(unknown(to, 550, "5.1.1"));
      }
      return done(byChance(["refuse"], 0.03) && unknown(to, 451, "4.7.1"));
    },
    onData: (stream, session, done) => {
      const fault = byChance(["refuse", "close", "drop", "take and drop"], 0.12);
      if (fault === "take and drop") {
        return take(stream, session, () => hangUp(session));
      }
      if (!fault) {
        return take(stream, session, done);
      }
      return stream.resume().on("end", () => {
        if (fault === "drop") {
          return hangUp(session);
        }
        done(fault === "refuse" ? reply(451, "4.3.0 not now") : reply(421, "4.3.2 closing"));
        return fault === "close" && hangUp(session);
      });
    },
  },
};
let lateAnswer;

/** One of the faults with that probability, or undefined; the same ones in the same order for one seed. */
function byChance(faults, probability) {
  randomState = (Math.imul(randomState, 1664525) + 1013904223) >>> 0;
  const draw = isCalm ? 1 : randomState / 2 ** 32;
  return draw < probability ? faults[Math.floor((draw / probability) * faults.length)] : undefined;
}
let randomState = Number(seed) >>> 0;
let isCalm = false;

/** Servers that speak no SMTP. */
const talks = {
  hang: () => {},
  garbage: (socket) => socket.write("HTTP/1.1 400 Bad Request\r\n\r\n"),
};

const hangUp = (session) => [...server.connections].find(({ id }) => id === session.id)?.close();

async function take(stream, session, done) {
  // A mail whose sender goes away before its last line is none.
  const bytes = await buffer(stream).catch(() => undefined);
  if (!bytes) {
    return;
  }
  const { mailFrom, rcptTo } = session.envelope;
  const mail = {
    session: session.id,
    encrypted: session.secure,
    login: session.user ?? null,
    from: mailFrom.address,
    to: rcptTo.map(({ address }) => address),
    raw: bytes.toString("latin1"),
    parsed: await PostalMime.parse(bytes),
  };
  process.stdout.write(`${JSON.stringify(mail)}\n`);
  done();
}

function start() {
  if (mode in talks) {
    return net.createServer((socket) => talks[mode](socket.on("error", () => {})));
  }
  return new SMTPServer({
    logger: false,
    key: key && readFileSync(key),
    cert: cert && readFileSync(cert),
    hideSTARTTLS: true,
    allowInsecureAuth: true,
    authOptional: true,
    onAuth: ({ username, password }, _session, done) => done(null, { user: { username, password } }),
    onData: take,
    ...modes[mode],
  });
}

if (!(mode in modes) && !(mode in talks)) {
  throw new Error(`no such mode: ${mode}`);
}
const server = start();
server.on("error", () => {});
const listener = server.listen(0, "127.0.0.1", () => process.stdout.write(`${listener.address().port}\n`));
process.stdin.on("data", (line) => {
  isCalm ||= String(line).includes("calm");
});
process.stdin.on("end", () => process.stdout.write("", () => process.exit()));
