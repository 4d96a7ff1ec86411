// An SMTP server that behaves as it is told: `node peer.mjs --mode 451`. The modes `tls` and `starttls` need
// `--key` and `--cert`, files in PEM.
//
// The first line it writes is its port on 127.0.0.1. Every mail it gets becomes one line of JSON: the session, the
// envelope, the login, the bytes, and what an independent parser reads in them. It ends when its input ends.

import { readFileSync } from "node:fs";
import net from "node:net";
import { buffer } from "node:stream/consumers";
import { parseArgs } from "node:util";
import PostalMime from "postal-mime";
import { SMTPServer } from "smtp-server";

const { mode, key, cert } = parseArgs({
  options: { mode: { type: "string", default: "accept" }, key: { type: "string" }, cert: { type: "string" } },
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
};
let lateAnswer;

/** Servers that speak no SMTP. */
const talks = {
  hang: () => {},
  garbage: (socket) => socket.write("HTTP/1.1 400 Bad Request\r\n\r\n"),
};

const hangUp = (session) => [...server.connections].find(({ id }) => id === session.id)?.close();

async function take(stream, session, done) {
  const bytes = await buffer(stream);
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
process.stdin.resume().on("end", () => process.stdout.write("", () => process.exit()));
