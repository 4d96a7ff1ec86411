// An SMTP server that behaves as it is told: `node peer.mjs --mode accept`. The modes `tls` and `starttls` need
// `--key` and `--cert`, files in PEM. A mode such as `rcpt:550 5.1.1` names a step and how the server replies to it;
// `flaky` has other faults with another `--seed`, and none any more after the line `calm` on its input.
//
// The first line it writes is its port on 127.0.0.1. Every mail it gets becomes one line of JSON: the session, the
// envelope, the login, the bytes, and what an independent parser reads in them. It ends when its input ends.

import { readFileSync } from "node:fs";
import net from "node:net";
import { createInterface } from "node:readline";
import { buffer } from "node:stream/consumers";
import { parseArgs } from "node:util";
import PostalMime from "postal-mime";
import { SMTPServer } from "smtp-server";
import { flaky } from "./flaky.mjs";

const { mode, key, cert, seed } = parseArgs({
  options: {
    mode: { type: "string", default: "accept" },
    key: { type: "string" },
    cert: { type: "string" },
    seed: { type: "string", default: "1" },
  },
}).values;

/** A reply, which repeats the address where there is one, as replies of real servers do. */
function reply(words, { address } = { address: "you" }) {
  const [, code, enhanced] = words.match(/^(\d{3})(?: (.+))?$/);
  const text = [enhanced, `<${address}> is not for us`].filter(Boolean).join(" ");
  return Object.assign(new Error(text), { responseCode: Number(code) });
}

/** The steps of a conversation that `smtp-server` lets its user reply to. */
const steps = {
  connect: (words) => ({ onConnect: (_session, done) => done(reply(words)) }),
  auth: (words) => ({ onAuth: ({ username }, _session, done) => done(reply(words, { address: username })) }),
  mail: (words) => ({ onMailFrom: (from, _session, done) => done(reply(words, from)) }),
  rcpt: (words) => ({ onRcptTo: (to, _session, done) => done(reply(words, to)) }),
  message: (words) => ({ onData: (stream, _session, done) => stream.resume().on("end", () => done(reply(words))) }),
};

const hangUp = (session) => [...server.connections].find(({ id }) => id === session.id)?.close();
const faults = flaky(seed, { reply, take, hangUp });

/** What a mode changes about a server that takes every mail. */
const modes = {
  accept: {},
  // Takes nothing for an address that it has not seen before.
  greylisting: {
    onRcptTo(to, _session, done) {
      const isKnown = seen.has(to.address);
      seen.add(to.address);
      done(isKnown ? null : reply("450 4.7.1", to));
    },
  },
  // Hangs up in place of the reply to the first mail, which it took; after the reply to any mail.
  "drop-after-data": {
    onData: (stream, session, done) =>
      take(stream, session, () => (hasDropped ? done() : ((hasDropped = true), hangUp(session)))),
  },
  "hang-up-after-mail": {
    onData: (stream, session, done) => take(stream, session, (error) => (done(error), hangUp(session))),
  },
  // Takes the mail and never says so.
  "hang-after-data": { onData: (stream, session) => take(stream, session, () => {}) },
  // Answers the first mail when the second one comes.
  "late-answer": {
    onData: (stream, session, done) =>
      take(stream, session, () => {
        if (lateAnswer) {
          lateAnswer();
          done();
        } else {
          lateAnswer = () => done(reply("550"));
        }
      }),
  },
  // What it offers. Without encryption these two take no login.
  starttls: { hideSTARTTLS: false, allowInsecureAuth: false },
  tls: { secure: true, allowInsecureAuth: false },
  "no-smtputf8": { hideSMTPUTF8: true },
  "no-8bitmime": { hide8BITMIME: true },
  flaky: faults.mode,
};
let lateAnswer;
let hasDropped = false;
const seen = new Set();

/** Servers that do what no server should, each a function of a new connection. */
const talks = {
  hang: () => {},
  garbage: (socket) => socket.write("HTTP/1.1 400 Bad Request\r\n\r\n"),
  "garbage-to-rcpt": answering({ RCPT: "HTTP/1.1 400 Bad Request" }),
  "drop-at-rcpt": answering({ RCPT: (socket) => socket.destroy() }),
  // A reply to the command `DATA`: a refusal, and one that does not ask for the mail.
  "554-to-data": answering({ DATA: "554 5.5.1 no" }),
  "250-to-data": answering({ DATA: "250 ok" }),
  // A refusal of two lines, and one after which it says nothing more.
  "two-lines": answering({ RCPT: "550-5.1.1 The address <ada@example.com>\r\n550 5.1.1 is not for us." }),
  "550-and-silence": answering({ RCPT: "550 5.1.1 no", QUIT: () => {} }),
};

/** Answers each line by its first word: `250 ok`, unless something else is said for it. */
function answering(answers) {
  return (socket) => {
    socket.write("220 here\r\n");
    createInterface({ input: socket }).on("line", (line) => {
      const answer = answers[line.split(" ", 1)[0]] ?? "250 ok";
      typeof answer === "string" ? socket.write(`${answer}\r\n`) : answer(socket);
    });
  };
}

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
    // It would wait for a name server.
    disableReverseLookup: true,
    onAuth: ({ username, password }, _session, done) => done(null, { user: { username, password } }),
    onData: take,
    ...(modes[mode] ?? steps[step](words)),
  });
}

const [, step, words] = mode.match(/^([a-z]+):(\d{3}.*)$/) ?? [];
if (!(mode in modes) && !(mode in talks) && !(step in steps)) {
  throw new Error(`no such mode: ${mode}`);
}
const server = start();
server.on("error", () => {});
const listener = server.listen(0, "127.0.0.1", () => process.stdout.write(`${listener.address().port}\n`));
createInterface({ input: process.stdin }).on("line", (line) => line === "calm" && faults.calm());
process.stdin.on("end", () => process.stdout.write("", () => process.exit()));
