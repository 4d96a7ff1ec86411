// Somebody else's page: it mounts the field, and says who is asking with the platform's own session.

import "security-contact-policy/field";

const field = document.querySelector("security-contact-field");

field.credentials = async () => {
  const response = await fetch("/session");
  const { token } = await response.json();
  return { "x-session": token };
};

field.addEventListener("security-contact", ({ detail }) => {
  document.querySelector("#summary").textContent = `Security mail goes to ${detail.contact.name}.`;
});
