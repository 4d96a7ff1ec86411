// The style of the field, for its shadow root.

import base from "./base.css";
import card from "./card.css";
import choose from "./choose.css";
import dialog from "./dialog.css";
import history from "./history.css";

export default base + card + choose + dialog + history;
