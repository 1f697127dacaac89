import htmx from "htmx.org";
import "./ago.js";
import "./chart.js";
import "./connection.js";
import "./kept.js";
import "./fold.js";
import "./keys.js";
import "./map.js";
import "./news.js";
import "./once.js";
import "./paper.js";
import "./pin.js";
import "./theme.js";

htmx.config.allowEval = false;
htmx.config.includeIndicatorStyles = false;
htmx.config.selfRequestsOnly = true;
window.htmx = htmx;

if (document.querySelector("form[data-passkey]")) import("./passkey.js");
