// `<security-contact-field>`: the whole field as one element, for any page.

import { render } from "preact";

import { Client } from "./api/client";
import { nobody, viewAs, type Credentials } from "./api/credentials";
import { Field } from "./field/Field";
import { Model } from "./field/model";
import { Words } from "./field/words";
import { speech } from "./messages";
import style from "./styles/field";

const ATTRIBUTES = ["account", "base", "lang", "view-as"];

/** Where there is no page, as while one is rendered on a server, the file can be imported all the same. */
const Element: typeof HTMLElement = globalThis.HTMLElement ?? (class {} as typeof HTMLElement);

export class SecurityContactField extends Element {
  static readonly observedAttributes = ATTRIBUTES;
  #credentials: Credentials | null = null;
  #leaving: AbortController | null = null;
  #model: Model | null = null;
  #told: unknown = null;
  #opening = false;

  /** Headers for each request, such as `authorization`; the embedding page knows who is asking. */
  get credentials(): Credentials | null {
    return this.#credentials;
  }

  set credentials(credentials: Credentials | null) {
    this.#credentials = credentials;
    this.#reopen();
  }

  connectedCallback(): void {
    this.#reopen();
  }

  disconnectedCallback(): void {
    this.#close();
  }

  attributeChangedCallback(_name: string, before: string | null, after: string | null): void {
    if (before !== after) this.#reopen();
  }

  /** Attributes that are set one after the other open the field once. */
  #reopen(): void {
    if (this.#opening || !this.isConnected) return;
    this.#opening = true;
    queueMicrotask(() => {
      this.#opening = false;
      this.#close();
      if (this.isConnected) this.#open();
    });
  }

  #open(): void {
    const account = this.getAttribute("account");
    if (account === null) return;
    const leaving = new AbortController();
    const client = new Client(this.getAttribute("base") ?? "", account, this.#headers(), leaving.signal);
    const model = new Model(client, () => this.#show());
    this.#leaving = leaving;
    this.#model = model;
    const look = () => document.visibilityState === "visible" && void model.refresh();
    document.addEventListener("visibilitychange", look, { signal: leaving.signal });
    addEventListener("online", look, { signal: leaving.signal });
    void model.open();
  }

  #headers(): Credentials {
    const person = this.getAttribute("view-as");
    return this.#credentials ?? (person === null ? nobody : viewAs(person));
  }

  #close(): void {
    this.#leaving?.abort();
    this.#model = null;
    this.#told = null;
    if (this.shadowRoot !== null) render(null, this.shadowRoot);
  }

  #show(): void {
    const model = this.#model;
    if (model === null) return;
    const wanted = this.closest("[lang]")?.getAttribute("lang");
    const locales = wanted ? [wanted] : navigator.languages;
    const words = speech(locales, navigator.language);
    render(
      <Words.Provider value={words}>
        <div class="field" lang={words.f.lang}>
          <Field model={model} />
        </div>
      </Words.Provider>,
      this.#root(),
    );
    this.#tell(model);
  }

  #root(): ShadowRoot {
    if (this.shadowRoot !== null) return this.shadowRoot;
    const root = this.attachShadow({ mode: "open" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(style);
    root.adoptedStyleSheets = [sheet];
    return root;
  }

  /** Tells the page around it what is stored, whenever that is something else. */
  #tell(model: Model): void {
    const { contact } = model.state;
    if (contact === null || contact === this.#told) return;
    this.#told = contact;
    this.dispatchEvent(new CustomEvent("security-contact", { detail: contact, bubbles: true, composed: true }));
  }
}

/** Makes the element known under its name, unless another copy of this file has. */
if (globalThis.customElements !== undefined && customElements.get("security-contact-field") === undefined) {
  customElements.define("security-contact-field", SecurityContactField);
}
