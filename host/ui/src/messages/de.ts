// Alle Wörter des Feldes auf Deutsch.

import type { Reason, Rules } from "security-contact-policy";

import type { Facts, Messages } from "./en";
import type { Formats } from "./formats";

const SETTINGS: Record<string, string> = {
  none: "kein Recht an den Kontoeinstellungen",
  view: "sieht die Kontoeinstellungen",
  edit: "bearbeitet die Kontoeinstellungen",
};
const STATUS: Record<string, string> = {
  active: "aktiv",
  invited: "eingeladen",
  suspended: "gesperrt",
  deactivated: "deaktiviert",
};
const EVENTS: Record<string, string> = {
  breach_alert: "Warnung vor einem Datenleck",
  suspicious_activity: "verdächtige Aktivität",
  abnormal_login: "ungewöhnliche Anmeldung",
  action_required: "Handlungsbedarf",
  compliance_request: "Compliance-Anfrage",
};
const SEVERITIES: Record<string, string> = { low: "niedrig", medium: "mittel", high: "hoch", critical: "kritisch" };
const NOT_ACTIVE: Record<string, [string, string]> = {
  invited: ["Die Einladung ist noch nicht angenommen.", "Die Person muss sie annehmen und sich anmelden."],
  suspended: ["Die Person ist gesperrt.", "Heben Sie die Sperre auf."],
  deactivated: ["Die Person ist deaktiviert.", "Aktivieren Sie die Person wieder."],
};

export function de(f: Formats): Messages {
  const inPlace = (before: string | null, after: string | null) =>
    before === null || before === after ? "" : ` anstelle von ${before}`;

  const reasons: Record<Reason, (rules: Rules, facts: Facts) => [string, string]> = {
    role_not_allowed: (rules, { role }) => [
      role === undefined ? "Die Rolle genügt nicht." : `Die Rolle „${role}“ genügt nicht.`,
      `Geben Sie der Person die Rolle ${f.either(rules.contactRoles)}${
        rules.accountSettingsEditQualifies ? " oder das Recht, die Kontoeinstellungen zu bearbeiten." : "."
      }`,
    ],
    not_active: (_, { status }) =>
      (status && NOT_ACTIVE[status]) ?? ["Die Person ist nicht aktiv.", "Aktivieren Sie die Person."],
    never_logged_in: () => ["Die Person hat sich noch nie angemeldet.", "Sie muss sich einmal anmelden."],
    login_too_old: (rules, { lastLoginAt }) => [
      lastLoginAt
        ? `Die letzte Anmeldung am ${f.date(lastLoginAt)} ist mehr als ${f.count(rules.maxLoginAgeDays)} Tage her.`
        : `Die letzte Anmeldung ist mehr als ${f.count(rules.maxLoginAgeDays)} Tage her.`,
      "Die Person muss sich wieder anmelden.",
    ],
    login_in_future: () => [
      "Die letzte Anmeldung liegt in der Zukunft.",
      "Die Daten sind falsch: melden Sie es dem Support der Plattform.",
    ],
    blocked_staff_role: (_, { staffRole }) => [
      staffRole
        ? `Personal der Plattform mit der Rolle „${staffRole}“ ist ausgeschlossen.`
        : "Die Rolle beim Personal der Plattform schließt die Person aus.",
      "Wählen Sie jemand anderen.",
    ],
    not_a_member: () => ["Die Person gehört nicht zum Konto.", "Wählen Sie jemand anderen."],
    manager_role_required: (rules) => [
      "Die Rolle erlaubt es nicht.",
      `Fragen Sie jemanden mit der Rolle ${f.either(rules.managerRoles)}.`,
    ],
  };

  return {
    title: "Sicherheitskontakt",
    intro:
      "Die eine Person, die Sicherheitspost für dieses Konto bekommt: Warnungen vor Datenlecks, verdächtige Aktivität, ungewöhnliche Anmeldungen, Handlungsbedarf und Compliance-Anfragen.",
    loading: "Der Sicherheitskontakt wird geladen…",
    tryAgain: "Noch einmal versuchen",
    reloadPage: "Seite neu laden",

    role: "Rolle",
    lastLogin: "Letzte Anmeldung",
    since: "Kontakt seit",
    validUntil: "Bestätigt bis",
    never: "Nie",
    noEmail: "Keine E-Mail-Adresse",
    byDefault: "Standard (Inhaber des Kontos)",
    chosenBy: (name) => (name === null ? "Gewählt" : `Gewählt von ${name}`),
    reverted: "Zurück zum Inhaber",
    revertedBecause: (name) => `Zurück zum Inhaber, weil ${name} nicht mehr Kontakt sein kann:`,
    revertedOn: (name, at) => `Am ${f.date(at)} zurück zum Inhaber, weil ${name} nicht mehr Kontakt sein konnte:`,
    followsOwner:
      "Niemand wurde gewählt, also ist der Inhaber des Kontos der Kontakt. Wechselt der Inhaber, wechselt auch der Kontakt.",
    staysUntil: (name, at) => `${name} bleibt Kontakt bis zum ${f.date(at)}, und mit jeder Anmeldung länger.`,
    someone: "jemand, der das Konto verlassen hat",
    ownerWarning: (name) => `${name} erfüllt die Bedingungen nicht`,
    ownerWarningWhy: "Als Inhaber des Kontos bekommt die Person die Post trotzdem. Wählen Sie jemanden, der sie erfüllt, oder:",
    lapsing: (name, at, now) => `${name} läuft ${f.days(at, now)} ab`,
    lapsingWhy: (_, at) =>
      `Die Bestätigung durch die letzte Anmeldung endet am ${f.date(at)}; dann ist wieder der Inhaber des Kontos der Kontakt.`,
    lapsingFix: (name) => `Bitten Sie ${name}, sich vorher anzumelden, oder wählen Sie jemand anderen.`,
    noAddressWarning: (name) => `Keine Post erreicht ${name}`,
    noAddressWhy: "Es ist keine E-Mail-Adresse hinterlegt. Ergänzen Sie eine, oder wählen Sie jemand anderen.",
    refusedAddressWhy: (at) =>
      `Der Mailserver lehnt die Adresse seit dem ${f.date(at)} endgültig ab. Berichtigen Sie sie, oder wählen Sie jemand anderen.`,

    change: "Kontakt ändern",
    who: "Wer soll Sicherheitspost bekommen?",
    defaultChoice: "Standard (Inhaber des Kontos)",
    defaultHint: (owner) =>
      owner === null ? "Folgt dem Inhaber des Kontos." : `Heute ${owner}. Folgt dem Inhaber des Kontos.`,
    personChoice: "Eine Person dieses Kontos",
    personHint: "Bleibt bei dieser Person, solange sie die Bedingungen erfüllt.",
    search: "Nach Name oder E-Mail-Adresse suchen",
    clear: "Suche leeren",
    people: "Personen",
    eligible: "Wählbar",
    ineligible: "Nicht wählbar",
    isContact: "Jetzt Kontakt",
    editsSettings: "bearbeitet die Kontoeinstellungen",
    refusedAddress: (at) => `Der Mailserver lehnt diese Adresse seit dem ${f.date(at)} ab.`,
    lastLoginOn: (at) => (at === null ? "Noch nie angemeldet" : `Letzte Anmeldung ${f.date(at)}`),
    searching: "Suche läuft…",
    moreLoading: "Weitere Personen werden geladen…",
    nobodyFound: (query) =>
      query === "" ? "In diesem Konto ist niemand." : `Niemand hat „${query}“ in Name oder Adresse.`,
    found: (people, more, choosable) =>
      `${people === 1 ? "1 Person" : `${f.count(people)}${more ? " oder mehr" : ""} Personen`}, ${f.count(choosable)} wählbar`,
    cannotChoose: (name, why) => `${name} ist nicht wählbar. ${why}`,
    chosen: (name) => `${name} ist ausgewählt und noch nicht gespeichert.`,
    picked: "Ausgewählt",
    save: "Speichern…",
    discard: "Verwerfen",

    confirmTitle: "Den Sicherheitskontakt ändern?",
    from: "Jetzt",
    to: "Neu",
    mailTitle: "Wer Post bekommt",
    mailTo: (name, email, gains) =>
      email === null
        ? `${name} hat keine E-Mail-Adresse und erfährt nichts.`
        : `${name} (${email}) erfährt, ${gains ? "jetzt Kontakt zu sein" : "nicht mehr Kontakt zu sein"}.`,
    mailToOwner: "Der Inhaber des Kontos erfährt, jetzt Kontakt zu sein.",
    mailNobody: (name) => `Niemand: ${name} ist schon Kontakt.`,
    owner: "Der Inhaber des Kontos",
    confirm: "Änderung speichern",
    saving: "Wird gespeichert…",
    cancel: "Abbrechen",
    again: "Trotzdem speichern",
    saved: (name) => `Gespeichert. ${name} ist jetzt Sicherheitskontakt.`,
    savedTold: (names) => (names.length === 0 ? "" : ` Post ist unterwegs an ${f.all(names)}.`),

    meanwhile: "Der Kontakt hat sich inzwischen geändert",
    meanwhileNow: (name) => `${name} ist jetzt Kontakt.`,
    kept: (name) => `Ihre Auswahl, ${name}, bleibt und ist nicht gespeichert.`,
    rulesChanged: "Die Regeln haben sich geändert und wurden neu geladen.",
    notSaved: "Nicht gespeichert",
    offline: "Sie sind offline",
    offlineWhy: "Nichts geht verloren. Versuchen Sie es wieder, wenn die Verbindung zurück ist.",
    unreachable: "Der Server hat nicht geantwortet",
    unreachableWhy: "Nichts geht verloren. Versuchen Sie es gleich wieder; dieselbe Änderung geschieht nie zweimal.",
    busy: "Der Server ist ausgelastet",
    busyWhy: "Nichts geht verloren. Versuchen Sie es gleich wieder.",
    broken: "Der Server hat versagt",
    brokenWhy: "Nichts geht verloren. Versuchen Sie es wieder; bleibt es dabei, melden Sie es dem Support der Plattform.",
    signedOut: "Sie sind nicht mehr angemeldet",
    signedOutWhy: "Melden Sie sich in einem anderen Fenster wieder an, und kommen Sie hierher zurück.",
    staleTitle: "Diese Seite ist veraltet",
    staleWhy:
      "Der Server entscheidet nach neueren Regeln, als diese Seite laden kann. Laden Sie sie neu; gespeichert wurde nichts.",
    noOwner: "Dieses Konto hat keinen Inhaber",
    noOwnerWhy:
      "Jedes Konto braucht einen, bevor es einen Sicherheitskontakt haben kann. Melden Sie es dem Support der Plattform.",
    refused: (name) => `${name} kann nicht Kontakt sein`,
    notPermitted: "Sie dürfen den Sicherheitskontakt nicht mehr ändern",
    denied: (codes, rules) => {
      if (codes.includes("manager_role_required")) {
        const roles = rules?.managerRoles ?? [];
        return roles.length === 0
          ? "Ihre Rolle zeigt den Sicherheitskontakt nicht."
          : `Nur Personen mit der Rolle ${f.either(roles)} sehen den Sicherheitskontakt.`;
      }
      if (codes.includes("not_a_member")) return "Sie gehören nicht zu diesem Konto.";
      return "Sie sind nicht aktiv und sehen den Sicherheitskontakt deshalb nicht.";
    },
    searchFailed: "Die Suche ist gescheitert. Ihre Eingabe ist noch da.",

    history: "Verlauf",
    historyEmpty: "Noch ist nichts geschehen.",
    historyNone: "Nichts dieser Art ist geschehen.",
    historyFailed: "Der Verlauf konnte nicht geladen werden.",
    older: "Ältere Einträge zeigen",
    filter: "Zeigen",
    filters: { all: "Alles", changes: "Änderungen", reverts: "Rückfälle", refusals: "Ablehnungen", mail: "Post" },
    happened: {
      designated: ({ actor, before, after }) => `${actor} hat ${after} gewählt${inPlace(before, after)}.`,
      reset: ({ actor, before, after }) =>
        `${actor} ist zum Standard zurückgekehrt: dem Inhaber des Kontos, ${after}${inPlace(before, after)}.`,
      reverted: ({ before, after }) =>
        `Eine Prüfung ergab, dass ${before} nicht mehr Kontakt sein kann. Der Inhaber des Kontos, ${after}, ist es wieder.`,
      owner_changed: ({ before, after }) =>
        `Der Inhaber des Kontos hat gewechselt und der Kontakt mit ihm: ${after}${inPlace(before, after)}.`,
      designation_refused: ({ actor, about }) => `${actor} wollte ${about} wählen und wurde abgelehnt.`,
      reset_refused: ({ actor }) => `${actor} wollte zum Standard zurückkehren und wurde abgelehnt.`,
      event_sent: ({ about, kind, severity }) =>
        `Sicherheitspost ging an ${about}: ${EVENTS[kind ?? ""] ?? kind}, Schwere ${SEVERITIES[severity ?? ""] ?? severity}.`,
      address_unreachable: ({ about }) => `Der Mailserver von ${about} lehnt die Adresse endgültig ab.`,
    },
    somethingElse: (action) => `Etwas, das diese Seite nicht kennt: ${action}.`,

    decided: "Wie das entschieden wurde",
    decidedIntro:
      "Server und Browser verwenden dasselbe Modul unter denselben Regeln. Über jede Änderung entscheidet der Server selbst; was Sie beim Suchen sehen, entscheidet sofort dieser Browser.",
    decidedFacts: (name) => `Angaben über ${name}`,
    criteria: "Bedingungen",
    met: "erfüllt",
    unmet: "nicht erfüllt",
    bothAgree: "Server und dieser Browser geben dieselbe Antwort.",
    disagree: "Server und dieser Browser geben verschiedene Antworten.",
    criterion: (rules) => [
      [
        "role_not_allowed",
        `Die Rolle ist ${f.either(rules.contactRoles)}${
          rules.accountSettingsEditQualifies ? ", oder die Person darf die Kontoeinstellungen bearbeiten" : ""
        }`,
      ],
      ["not_active", "Die Person ist aktiv"],
      ["never_logged_in", "Die Person hat sich angemeldet"],
      ["login_too_old", `Die letzte Anmeldung ist höchstens ${f.count(rules.maxLoginAgeDays)} Tage her`],
      ["login_in_future", "Die letzte Anmeldung liegt nicht in der Zukunft"],
      [
        "blocked_staff_role",
        rules.blockedStaffRoles.length === 0
          ? "Die Person hat keine ausgeschlossene Rolle beim Personal (keine ist ausgeschlossen)"
          : `Die Person gehört nicht zum Personal der Plattform mit der Rolle ${f.either(rules.blockedStaffRoles)}`,
      ],
    ],
    status: "Status",
    settings: "Kontoeinstellungen",
    staff: "Rolle beim Personal",
    none: "Keine",
    statusWord: (status) => STATUS[status] ?? status,
    settingsWord: (settings) => SETTINGS[settings] ?? settings,
    policyVersion: "Version der Regeln",
    moduleDigest: "Modul (SHA-256)",
    fingerprint: "Fingerabdruck von Version und Regeln",
    server: "Server",
    browser: "Dieser Browser",
    same: "gleich",
    different: "verschieden",
    httpsOnly: "Browser nennen ihn nur über HTTPS",

    reason: (code, rules, facts = {}) => {
      const [what, fix] = reasons[code]?.(rules, facts) ?? [`Unbekannte Bedingung: ${code}.`, ""];
      return { what, fix };
    },
  };
}
