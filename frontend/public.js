import "./pin.js";
