import "./citytime.js";
import "./pin.js";

if (document.querySelector("form[data-passkey]")) import("./passkey.js");
