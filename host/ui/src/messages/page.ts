// The words of the page around the field.

export interface PageWords {
  title: string;
  titleOf: (account: string) => string;
  breadcrumb: string;
  settings: string;
  security: string;
  account: string;
  demo: string;
  viewAs: string;
  demoHint: string;
}

export const PAGE_WORDS: Record<"en" | "de", PageWords> = {
  en: {
    title: "Security settings",
    titleOf: (account) => `Security settings of ${account}`,
    breadcrumb: "Breadcrumb",
    settings: "Settings",
    security: "Security",
    account: "Account",
    demo: "Demo",
    viewAs: "View as",
    demoHint: "There is no login: be anybody.",
  },
  de: {
    title: "Sicherheitseinstellungen",
    titleOf: (account) => `Sicherheitseinstellungen von ${account}`,
    breadcrumb: "Pfad",
    settings: "Einstellungen",
    security: "Sicherheit",
    account: "Konto",
    demo: "Demo",
    viewAs: "Gesehen von",
    demoHint: "Es gibt keine Anmeldung: seien Sie irgendwer.",
  },
};
